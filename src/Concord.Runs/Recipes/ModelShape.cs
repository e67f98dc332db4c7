using Concord.Modeling.Backbones;
using Concord.Runs.Recipes.Yaml;

namespace Concord.Runs.Recipes;

/// <summary>A small transformer of any family that starts from random weights.</summary>
public sealed record ModelShape
{
    /// <summary>The family.</summary>
    public BackboneFamily Family { get; init; } = BackboneFamilies.Named("llama");

    /// <summary>H.</summary>
    public int HiddenSize { get; init; } = 64;

    /// <summary>Number of layers.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>Number of heads; divides <see cref="HiddenSize"/> into even parts.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Width of the feed-forward block.</summary>
    public int IntermediateSize { get; init; } = 128;

    /// <summary>The longest text, in tokens.</summary>
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
            HiddenSize = fields.Integer("hidden_size", value.HiddenSize, 8, 16384, "Width of the hidden states."),
            Layers = fields.Integer("layers", value.Layers, 1, 200, "Number of layers."),
            Heads = fields.Integer("heads", value.Heads, 1, 256, "Number of heads."),
            IntermediateSize = fields.Integer(
                "intermediate_size",
                value.IntermediateSize,
                8,
                65536,
                "Width of the feed-forward block."
            ),
            MaximumPositions = fields.Integer(
                "maximum_positions",
                value.MaximumPositions,
                16,
                1 << 20,
                "Longest text in tokens."
            ),
            Tokenizer = fields.OptionalText(
                "tokenizer",
                value.Tokenizer,
                "Folder of a tokenizer; empty: that of the simulated language."
            ),
        };
}
