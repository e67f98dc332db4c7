using System.Globalization;

namespace Concord.Bench;

/// <summary>Words and KEY=VALUE pairs of a benchmark's command line.</summary>
/// <param name="Words">What has no key, in order.</param>
/// <param name="Values">What has one.</param>
internal sealed record BenchOptions(string[] Words, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>Takes a command line apart.</summary>
    public static BenchOptions Parse(string[] arguments) =>
        new(
            [.. arguments.Where(argument => !argument.Contains('=', StringComparison.Ordinal))],
            arguments
                .Where(argument => argument.Contains('=', StringComparison.Ordinal))
                .Select(argument => argument.Split('=', 2))
                .ToDictionary(pair => pair[0], pair => pair[1])
        );

    /// <summary>A whole number.</summary>
    public int Number(string key, int otherwise) =>
        Values.TryGetValue(key, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    /// <summary>true or false.</summary>
    public bool Flag(string key, bool otherwise) =>
        Values.TryGetValue(key, out var text) ? bool.Parse(text) : otherwise;

    /// <summary>Names with | between them; none where the key is absent.</summary>
    public string[] Names(string key) => Values.TryGetValue(key, out var text) ? text.Split('|') : [];
}
