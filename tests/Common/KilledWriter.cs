namespace Concord.Tests;

/// <summary>What a writer of a folder leaves that was killed while it wrote.</summary>
internal static class KilledWriter
{
    /// <summary>Leaves a half written folder beside a place.</summary>
    /// <param name="place">The folder that was to be written.</param>
    /// <param name="moved">Whether the old one had been moved away already.</param>
    public static void Leave(string place, bool moved = false)
    {
        File.WriteAllText(place + ".partial.by-concord", "");
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(place + ".partial").FullName, "half"), "ha");
        if (moved)
            Directory.Move(place, place + ".former");
    }
}
