using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Concord.Foundation;

namespace Concord.Calibration;

/// <summary>A record of a scores file that cannot be used.</summary>
/// <param name="File">The file, as it was given.</param>
/// <param name="Line">Its line, or in a JSON array the record's number, from 1.</param>
/// <param name="Problem">What is wrong with it and what was expected.</param>
public sealed record ScoresFileError(string File, int Line, string Problem)
{
    /// <summary>FILE:LINE: problem.</summary>
    public override string ToString() => $"{File}:{Line.ToString(CultureInfo.InvariantCulture)}: {Problem}.";
}

/// <summary>What a scores file holds.</summary>
/// <param name="Predictions">The usable records.</param>
/// <param name="Errors">The others: never dropped in silence.</param>
public sealed record ScoresFileContent(IReadOnlyList<Prediction> Predictions, IReadOnlyList<ScoresFileError> Errors)
{
    /// <summary>Records that could not be scored and say so: each holds an error instead of rewards.</summary>
    public IReadOnlyList<ScoresFileError> Failed { get; init; } = [];

    /// <summary>The predictions of a file every record of which must be usable.</summary>
    /// <exception cref="ConcordException">One is not; the message names file and line of the first, and counts
    /// them.</exception>
    public IReadOnlyList<Prediction> Whole() =>
        Errors.Concat(Failed).ToArray() is not [var first, ..] bad
            ? Predictions
            : throw new ConcordException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{first} In all {bad.Length} of {Predictions.Count + bad.Length} records of this file "
                        + $"cannot be used: write it again, or mend them."
                )
            );
}

/// <summary>
/// The rewards of any reward model in a file: JSON lines or one JSON array, plain or gzip. A record is {"rewards":
/// [..], "scores": [..]} or {"chosen_reward", "rejected_reward"} (TRL; also RewardBench's scores_chosen and
/// scores_rejected, by line or as columns), each with source, prompt or prompt_id, lengths, annotator, file, line,
/// temperature where known. What Concord writes has a version; files without one are read all the same.
/// </summary>
public static class ScoresFile
{
    /// <summary>The version of the lines this code writes, and the newest it reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file. Its name without extensions is the source of records that name none.</param>
    /// <exception cref="ConcordException">The file cannot be read at all.</exception>
    public static ScoresFileContent Read(string path)
    {
        using var file = InputFile.Open(path, "a file of scores (JSON lines, a JSON array, or either as .gz)");
        try
        {
            var begin = new byte[2];
            var begun = new BegunStream(begin.AsSpan(0, file.ReadAtLeast(begin, 2, throwOnEndOfStream: false)), file);
            // By content, not by name.
            using Stream unpacked = GzipInput.Begins(begin) ? new GzipInput(begun) : begun;
            return Read(new LineReader(unpacked), path);
        }
        catch (Exception error)
            when (error
                    is IOException
                        or UnauthorizedAccessException
                        or InvalidDataException
                        or ArgumentException
                        or NotSupportedException
            )
        {
            throw new ConcordException($"{path} cannot be read: {error.Message}", error);
        }
    }

    /// <summary>What <see cref="Write(string, IEnumerable{Prediction}, bool)"/> writes, known by its first line: the
    /// version tells it from another program's.</summary>
    public static OutputKind Kind { get; } =
        OutputKind.Lines(
            "a file of saved scores",
            line => ((string[])["version", "source", "rewards", "scores"]).All(key => line.TryGetProperty(key, out _))
        );

    /// <summary>
    /// Writes predictions as JSON lines that <see cref="Read(string)"/> gives back equal, numbers in shortest
    /// round-trip form; beside its place, then renamed.
    /// </summary>
    /// <param name="path">Where to: a new file, or one of earlier scores (<see cref="Kind"/>).</param>
    /// <param name="predictions">The predictions.</param>
    /// <param name="force">Whether any regular file is replaced.</param>
    /// <exception cref="ConcordException">Another file is there, it cannot be written there, or a prediction is
    /// unusable
    /// (a reward that is not finite).</exception>
    public static void Write(string path, IEnumerable<Prediction> predictions, bool force = false) =>
        OutputPlace.Find(path, Kind, [], force).Write(stream => Write(stream, predictions));

    /// <summary>Writes the same to a stream.</summary>
    /// <exception cref="ConcordException">A prediction is unusable (a reward that is not finite).</exception>
    public static void Write(Stream stream, IEnumerable<Prediction> predictions)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(predictions);
        var line = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(line);
        foreach (var prediction in predictions)
        {
            prediction.Check();
            line.ResetWrittenCount();
            json.Reset(line);
            JsonSerializer.Serialize(json, ScoresLine.Of(prediction), ScoresJson.Default.ScoresLine);
            stream.Write(line.WrittenSpan);
            stream.WriteByte((byte)'\n');
        }
    }

    /// <summary>The name of a file without folder and extensions (<c>.gz</c> over another one too).</summary>
    internal static string SourceOf(string path)
    {
        var name = Path.GetFileName(path);
        if (name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            name = name[..^3];
        var bare = Path.GetFileNameWithoutExtension(name);
        return bare.Length == 0 ? name : bare;
    }

    private static ScoresFileContent Read(LineReader reader, string path)
    {
        var parser = new ScoresRecordParser(path, SourceOf(path));
        var blank = 0; // lines above a document, which errors within it count
        var number = 0;
        while (reader.Read() is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                blank++;
                continue;
            }
            if (!parser.Any && (line.TrimStart()[0] == '[' || (line.TrimStart()[0] == '{' && OpensDocument(line))))
                return ReadDocument($"{line}\n{reader.ReadToEnd()}", blank, parser, path);
            parser.AddText(line, number);
        }
        return parser.Content;
    }

    // Whether a line only begins an object that goes on in the next lines: it ends in the middle, where a broken line
    // is broken before its end.
    private static bool OpensDocument(string line)
    {
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(line), isFinalBlock: false, state: default);
        try
        {
            while (json.Read()) { }
            return (json.CurrentDepth > 0 || json.TokenType == JsonTokenType.StartObject)
                && !line.AsSpan().TrimEnd().EndsWith("}");
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static ScoresFileContent ReadDocument(string text, int above, ScoresRecordParser parser, string path)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(text);
        }
        catch (JsonException error)
        {
            return new ScoresFileContent(
                [],
                [
                    new ScoresFileError(
                        path,
                        above + (int)(error.LineNumber ?? 0) + 1,
                        ScoresRecordParser.NotJson(error, text)
                    ),
                ]
            );
        }
        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Array)
            {
                parser.Add(document.RootElement, 1);
                return parser.Content;
            }
            var number = 0;
            foreach (var record in document.RootElement.EnumerateArray())
                parser.Add(record, ++number);
            return parser.Content;
        }
    }
}
