using Concord.Foundation;
using Concord.Modeling.Backbones;
using Concord.Runs.Recipes.Yaml;

namespace Concord.Runs.Recipes;

/// <summary>A small transformer of any family that starts from random weights.</summary>
public sealed record ModelShape
{
    /// <summary>The family.</summary>
    public BackboneFamily Family { get; init; } = BackboneFamilies.Named("llama");

    /// <summary>H.</summary>
    [Setting("Width of the hidden states.", Least = 8, Most = 16384)]
    public int HiddenSize { get; init; } = 64;

    /// <summary>Number of layers.</summary>
    [Setting("Number of layers.", Least = 1, Most = 200)]
    public int Layers { get; init; } = 2;

    /// <summary>Number of heads; divides <see cref="HiddenSize"/> into even parts.</summary>
    [Setting("Number of heads.", Least = 1, Most = 256)]
    public int Heads { get; init; } = 4;

    /// <summary>Width of the feed-forward block.</summary>
    [Setting("Width of the feed-forward block.", Least = 8, Most = 65536)]
    public int IntermediateSize { get; init; } = 128;

    /// <summary>The longest text, in tokens.</summary>
    [Setting("Longest text in tokens.", Least = 16, Most = 1 << 20)]
    public int MaximumPositions { get; init; } = 512;

    /// <summary>Folder of a tokenizer; null for that of the simulated language.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>Goes through the keys.</summary>
    internal static ModelShape Map(IRecipeFields fields, ModelShape value) =>
        value with
        {
            Family = fields.Choice(
                "family",
                value.Family,
                [.. BackboneFamilies.All.Select(family => (family.ModelType, family))],
                "Family."
            ),
            HiddenSize = fields.Integer(value, value.HiddenSize),
            Layers = fields.Integer(value, value.Layers),
            Heads = fields.Integer(value, value.Heads),
            IntermediateSize = fields.Integer(value, value.IntermediateSize),
            MaximumPositions = fields.Integer(value, value.MaximumPositions),
            Tokenizer = fields.OptionalText(
                "tokenizer",
                value.Tokenizer,
                "Folder of a tokenizer; empty: that of the simulated language."
            ),
        };
}
