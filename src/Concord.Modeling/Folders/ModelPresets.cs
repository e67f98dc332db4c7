using Concord.Modeling.Backbones;

namespace Concord.Modeling.Folders;

/// <summary>
/// The shapes of published models by name, for checkpoints of the same size that have learned nothing.
/// </summary>
public static class ModelPresets
{
    private static readonly Dictionary<string, BackboneConfig> Presets = BackboneFamilies
        .All.SelectMany(family => family.Presets(family))
        .ToDictionary(preset => preset.Name, preset => preset.Shape, StringComparer.Ordinal);

    /// <summary>All names.</summary>
    public static IReadOnlyCollection<string> Names => Presets.Keys;

    /// <summary>The shape of a name, or null.</summary>
    public static BackboneConfig? Find(string name) => Presets.GetValueOrDefault(name);
}
