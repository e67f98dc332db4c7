using Xunit;

namespace Concord.Tests;

/// <summary>
/// The golden values, models and data that lie beside the repository, in <c>../shared</c>. They are never part of it:
/// tests that read them skip where they are absent.
/// </summary>
internal static class Shared
{
    private static readonly Lazy<string?> Root = new(Find);

    /// <summary>Whether the folder is there.</summary>
    public static bool Exists => Root.Value is not null;

    /// <summary>The repository root: the folder that holds Concord.slnx.</summary>
    public static string RepositoryRoot { get; } = FindRepository();

    /// <summary>A path below the folder; skips the test where the folder is absent.</summary>
    public static string Path(params string[] parts)
    {
        Require();
        return System.IO.Path.Combine([Root.Value!, .. parts]);
    }

    /// <summary>Skips the test where the folder is absent.</summary>
    public static void Require() =>
        Assert.SkipUnless(Exists, "needs ../shared beside the repository root, which is not part of the repository");

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Concord.slnx")))
                return folder.FullName;
        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Concord.slnx.");
    }

    private static string? Find()
    {
        var folder = System.IO.Path.GetFullPath(System.IO.Path.Combine(RepositoryRoot, "..", "shared"));
        return Directory.Exists(System.IO.Path.Combine(folder, "golden")) ? folder : null;
    }
}
