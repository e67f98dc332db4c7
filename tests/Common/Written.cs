namespace Concord.Tests;

/// <summary>Files as Concord wrote them once, in <c>tests/Written</c>: they must be read for ever.</summary>
internal static class Written
{
    /// <summary>A file of a run from before its files had a version, or one evaluated then.</summary>
    public static string WithoutVersion(params string[] parts) =>
        Path.Combine([Shared.RepositoryRoot, "tests", "Written", "WithoutVersion", .. parts]);
}
