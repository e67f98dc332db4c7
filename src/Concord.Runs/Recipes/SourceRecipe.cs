using Concord.Preferences.Readers;
using Concord.Runs.Recipes.Yaml;

namespace Concord.Runs.Recipes;

/// <summary>The keys of files of one source, or of the several that a format tells apart.</summary>
internal static class SourceRecipe
{
    /// <summary>Goes through the keys.</summary>
    /// <exception cref="ConcordException">No format has the name that is given.</exception>
    public static PreferenceSource Map(IRecipeFields fields, PreferenceSource value) =>
        MapHeldOut(fields, value) with
        {
            Limit = fields.OptionalInteger(value, value.Limit),
            Share = fields.Number(value, value.Share),
        };

    /// <summary>Goes through the keys of files that are held out: what they are, and no more.</summary>
    /// <exception cref="ConcordException">No format has the name that is given.</exception>
    public static PreferenceSource MapHeldOut(IRecipeFields fields, PreferenceSource value) =>
        value with
        {
            Name = fields.OptionalText(
                "name",
                value.Name,
                "Name of the source; empty: by source_field, what the format tells apart (domain, objective), the record's "
                    + "source, subset or dataset where its values are few and frequent enough, else the file's name."
            ),
            Files = fields.Texts("files", value.Files, "Files, relative to `data`."),
            Format = fields.OptionalText(
                "format",
                value.Format?.Name,
                "Name of the format; empty: recognised from the content."
            )
                is { } format
                ? PreferenceFormat.Parse(format)
                : null,
            SourceField = fields.OptionalText(
                "source_field",
                value.SourceField,
                "The column whose values are the sources; empty: by the rule of `name`."
            ),
            Columns = ColumnMapping.Of(
                fields.Named(
                    "columns",
                    value.Columns.Columns,
                    $"Which column is which field, as {{prompt: question, chosen: a, rejected: b}}; an empty column leaves "
                        + $"a field aside. Fields: {string.Join(", ", ColumnMapping.Fields)}."
                )
            ),
        };
}
