using System.Text.Json;
using Concord.Foundation;

namespace Concord.Preferences.Readers;

/// <summary>Tells a file's format by its first records.</summary>
internal static class FormatRecogniser
{
    private const int NamesShown = 12;

    /// <summary>The format of most of the records; among equals the order of the formats decides.</summary>
    /// <param name="sample">The first records.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="mapping">What the caller says of columns.</param>
    /// <param name="allowUnscored">Whether single answers are a format too.</param>
    /// <exception cref="ConcordException">None has one; the message proposes which column is what.</exception>
    public static PreferenceFormat Of(
        IReadOnlyList<RawRecord> sample,
        string name,
        ColumnMapping mapping,
        bool allowUnscored = false
    )
    {
        IReadOnlyList<PreferenceFormat> formats = allowUnscored
            ? [.. PreferenceFormat.All, PreferenceFormat.Single]
            : PreferenceFormat.All;
        if (sample.Count == 0)
            throw new ConcordException($"{name} is empty; records of preferences were expected.");
        var votes = new Dictionary<PreferenceFormat, int>();
        string? refused = null,
            broken = null;
        RecordFields? unknown = null;
        foreach (var record in sample)
        {
            if (record.Problem is { } problem)
            {
                broken ??= problem;
                continue;
            }
            try
            {
                using var document = RecordJson.Parse(record.Bytes);
                var fields = RecordFields.Of(document.RootElement, mapping);
                if (formats.FirstOrDefault(format => format.NewReader().Recognises(fields)) is { } found)
                    votes[found] = votes.GetValueOrDefault(found) + 1;
                else
                    refused ??= RefusedFormats.Reason(fields);
                unknown ??= RecordFields.Of(document.RootElement.Clone(), mapping);
            }
            catch (JsonException error)
            {
                broken ??= $"record {record.Number} is not JSON: {JsonErrors.Said(error)}";
            }
            catch (Exception error) when (error is RecordException or InvalidOperationException)
            {
                broken ??= $"record {record.Number} cannot be read: {FileReading.Said(error)}";
            }
        }
        if (votes.Count > 0)
            return formats.Where(votes.ContainsKey).MaxBy(format => votes[format])!;
        if (refused is not null)
            throw new ConcordException($"{name} {refused}.");
        throw new ConcordException(
            $"{name}: {(unknown is null ? broken : Unknown(unknown, mapping))} Formats known: {PreferenceFormat.Names}. "
                + "Where the file is one of them all the same, name it with --format."
        );
    }

    /// <summary>What a record is made of.</summary>
    public static string Shape(RecordFields record) =>
        record.Kind == JsonValueKind.Object
            ? $"{{{string.Join(", ", record.Columns.Take(NamesShown))}}}"
            : JsonFields.Kind(record.Element);

    // the first column that holds a list of objects, where no other column holds a text
    private static string? Below(RecordFields record) =>
        record.Columns.Any(name => record.Peek(name) is { ValueKind: JsonValueKind.String })
            ? null
            : record.Columns.FirstOrDefault(name =>
                record.Peek(name) is { ValueKind: JsonValueKind.Array } list
                && list.GetArrayLength() > 0
                && list[0].ValueKind == JsonValueKind.Object
                && !JsonMessages.IsList(list)
            );

    private static string Unknown(RecordFields record, ColumnMapping mapping)
    {
        var said = $"no format is known whose records are {Shape(record)}.";
        if (record.Kind != JsonValueKind.Object)
            return said;
        if (Below(record) is { } key)
            return $"{said} Its records seem to lie in a list below \"{key}\": write that list alone into a file (jq -c "
                + $"'.[\"{key}\"][]' FILE > NEW.jsonl).";
        return mapping.Columns.Count > 0
            ? $"{said} Read with --columns {mapping}, which gives none either."
            : $"{said} Say which column is what: --columns {PromptGuess.Mapping(record)} (in a recipe, the same under "
                + "columns:).";
    }
}
