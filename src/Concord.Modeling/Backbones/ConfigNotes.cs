using System.Globalization;
using Concord.Modeling.Files;

namespace Concord.Modeling.Backbones;

/// <summary>What is said of a <c>config.json</c> that is not as configs ordinarily are.</summary>
internal static class ConfigNotes
{
    /// <summary>Keys that nothing here reads, rotary settings in two places, a class of its own.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="shape">What was read of it.</param>
    public static IReadOnlyList<string> Of(string folder, BackboneConfig shape)
    {
        using var config = ConfigDocument.Load(Path.Combine(folder, ModelFolder.ConfigFileName));
        var notes = new List<string>();
        if (ConfigKeys.Unknown(config, shape.Family) is { Count: > 0 } unknown)
            notes.Add(
                $"{config.File}: keys that nothing here reads for {shape.Family.ModelType}: {string.Join(", ", unknown)}."
            );
        using var older = config.Object("rope_scaling");
        using var newer = config.Object("rope_parameters");
        if (older is not null && older.Keys.Any() && newer is not null && newer.Keys.Any() && !older.Same(newer))
            notes.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{config.File} has both rope_scaling and rope_parameters: the first is taken, as transformers 5 does "
                        + $"(base {shape.RopeTheta})."
                )
            );
        string[] usual =
        [
            shape.Family.CausalLanguageModelClass,
            shape.Family.SequenceClassificationClass,
            shape.Family.ModelClass,
        ];
        if (config.Texts("architectures")?.FirstOrDefault(name => !usual.Contains(name)) is { } other)
            notes.Add(
                $"{config.File}: architectures names {other}, none of transformers' own for {shape.Family.ModelType}: it is "
                    + $"read as {shape.Family.SequenceClassificationClass} by the names of its tensors."
            );
        return notes;
    }
}
