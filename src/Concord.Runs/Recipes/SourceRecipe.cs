using Concord.Foundation;
using Concord.Runs.Recipes.Yaml;

namespace Concord.Runs.Recipes;

/// <summary>Files of one source, or of the several that a format tells apart.</summary>
public sealed record SourceRecipe
{
    /// <summary>
    /// The source's name; null for what the format says (domain, objective), else the file's name without extension.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>The files, relative to the recipe's <c>data</c>.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The format's name; null to recognise it from the content.</summary>
    public string? Format { get; init; }

    /// <summary>
    /// Most comparisons trained on of each source in the files, chosen by the split's seed; null for all.
    /// </summary>
    public int? Limit { get; init; }

    /// <summary>
    /// How many times the usual number of comparisons each source in the files has in a balanced batch.
    /// </summary>
    public double Share { get; init; } = 1;

    /// <summary>Goes through the keys.</summary>
    internal static SourceRecipe Map(IRecipeFields fields, SourceRecipe value) =>
        value with
        {
            Name = fields.OptionalText(
                "name",
                value.Name,
                "Name of the source; empty: what the format says (domain, objective), else the file's name."
            ),
            Files = fields.Texts("files", value.Files, "Files, relative to `data`."),
            Format = fields.OptionalText(
                "format",
                value.Format,
                "Name of the format; empty: recognised from the content."
            ),
            Limit = fields.OptionalInteger(
                "limit",
                value.Limit,
                1,
                int.MaxValue,
                "Most comparisons trained on, chosen by the split's seed; empty: all."
            ),
            Share = fields.Number(
                "share",
                value.Share,
                SettingRange.Positive,
                "How many times the usual number of comparisons it has in a balanced batch."
            ),
        };
}
