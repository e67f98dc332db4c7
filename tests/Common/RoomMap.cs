namespace Concord.Tests;

/// <summary>The rooms of the house.</summary>
internal static class RoomMap
{
    /// <summary>The rooms, the lower ones first, and which others each may call: docs/architecture.md.</summary>
    public static IReadOnlyDictionary<string, string[]> MayCall { get; } =
        new Dictionary<string, string[]>(StringComparer.Ordinal)
        {
            ["Concord.Foundation"] = [],
            ["Concord.Preferences"] = ["Concord.Foundation"],
            ["Concord.Calibration"] = ["Concord.Foundation"],
            ["Concord.Records"] = ["Concord.Foundation", "Concord.Calibration"],
            ["Concord.Tokenization"] = ["Concord.Foundation", "Concord.Preferences"],
            ["Concord.Kernels"] = [],
            ["Concord.Modeling"] =
            [
                "Concord.Foundation",
                "Concord.Preferences",
                "Concord.Records",
                "Concord.Tokenization",
                "Concord.Kernels",
            ],
            ["Concord.Training"] =
            [
                "Concord.Foundation",
                "Concord.Preferences",
                "Concord.Calibration",
                "Concord.Records",
                "Concord.Tokenization",
                "Concord.Kernels",
                "Concord.Modeling",
            ],
            ["Concord.Runs"] =
            [
                "Concord.Foundation",
                "Concord.Preferences",
                "Concord.Calibration",
                "Concord.Records",
                "Concord.Tokenization",
                "Concord.Kernels",
                "Concord.Modeling",
                "Concord.Training",
            ],
            ["Concord.Cli"] =
            [
                "Concord.Foundation",
                "Concord.Preferences",
                "Concord.Calibration",
                "Concord.Records",
                "Concord.Tokenization",
                "Concord.Kernels",
                "Concord.Modeling",
                "Concord.Training",
                "Concord.Runs",
            ],
        };
}
