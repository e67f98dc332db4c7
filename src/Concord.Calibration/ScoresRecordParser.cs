using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Concord.Foundation;

namespace Concord.Calibration;

/// <summary>The records of one scores file, collected with their errors.</summary>
internal sealed class ScoresRecordParser(string path, string defaultSource)
{
    private const string Expected =
        "{\"rewards\": [..], \"scores\": [..]} or {\"chosen_reward\": .., \"rejected_reward\": ..} was expected";

    // TRL's reward_modeling outputs, RewardBench's per-prompt scores, RMB's results and their plurals.
    private static readonly (string Chosen, string Rejected)[] PairForms =
    [
        ("chosen_reward", "rejected_reward"),
        ("chosen_rewards", "rejected_rewards"),
        ("reward_chosen", "reward_rejected"),
        ("rewards_chosen", "rewards_rejected"),
        ("scores_chosen", "scores_rejected"),
        ("chosen_reward", "reject_reward"),
    ];

    private readonly List<Prediction> predictions = [];
    private readonly List<ScoresFileError> errors = [];
    private readonly List<ScoresFileError> failed = [];

    /// <summary>Whether a record was seen.</summary>
    public bool Any => predictions.Count + errors.Count + failed.Count > 0;

    public ScoresFileContent Content => new(predictions, errors) { Failed = failed };

    public void AddText(string line, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            Add(document.RootElement, number);
        }
        catch (JsonException error)
        {
            errors.Add(new ScoresFileError(path, number, NotJson(error, line)));
        }
    }

    public static string NotJson(JsonException error, string text)
    {
        // Python writes these literals, which JSON does not have.
        if (text.Contains("NaN", StringComparison.Ordinal) || text.Contains("Infinity", StringComparison.Ordinal))
            return "not valid JSON: NaN or Infinity; rewards and scores must be finite numbers";
        var at = error.BytePositionInLine is { } position
            ? $" at byte {position.ToString(CultureInfo.InvariantCulture)}"
            : "";
        return $"not valid JSON{at}; {Expected}";
    }

    public void Add(JsonElement record, int number)
    {
        try
        {
            if (record.ValueKind != JsonValueKind.Object)
                throw new Unusable($"{Kind(record)} instead of an object; {Expected}");
            var whole = new ScoresRecord(record);
            if (Columns(whole))
                return;
            foreach (var one in whole.Judgements())
                if (one.Failure is { } failure)
                    failed.Add(new ScoresFileError(path, number, failure));
                else
                    AddPrediction(Parse(one, number), number);
        }
        catch (Unusable problem)
        {
            errors.Add(new ScoresFileError(path, number, problem.Message));
        }
        catch (InvalidOperationException)
        {
            // What JsonElement.GetString throws for half a surrogate pair.
            errors.Add(
                new ScoresFileError(
                    path,
                    number,
                    "a text holds half a Unicode surrogate pair; whole characters were expected"
                )
            );
        }
    }

    private void AddPrediction(Prediction prediction, int number)
    {
        if (prediction.Rewards.Count > Limits.Current.Responses)
            throw new Unusable(
                $"{prediction.Rewards.Count} rewards; at most {Limits.Current.Responses} are compared with one another "
                    + "(CONCORD_LIMIT_RESPONSES)"
            );
        if (prediction.Problem() is { } problem)
            errors.Add(new ScoresFileError(path, number, problem));
        else
            predictions.Add(prediction);
    }

    private Prediction Parse(ScoresRecord record, int number)
    {
        IReadOnlyList<double> rewards,
            scores;
        if (record.Find("rewards") is { } list)
        {
            if (record.Find("version") is { ValueKind: JsonValueKind.Number } version)
                CheckVersion(version);
            rewards = Numbers(list, "rewards");
            scores = Numbers(
                record.Find("scores") ?? throw new Unusable($"no \"scores\" beside \"rewards\"; {Expected}"),
                "scores"
            );
        }
        else
        {
            var form = PairForms.FirstOrDefault(f =>
                record.Find(f.Chosen) is not null && record.Find(f.Rejected) is not null
            );
            if (form.Chosen is null)
                throw new Unusable($"no rewards; {Expected}");
            rewards =
            [
                Scalar(record.Find(form.Chosen)!.Value, form.Chosen),
                Scalar(record.Find(form.Rejected)!.Value, form.Rejected),
            ];
            scores = [1, 0];
        }
        return new Prediction(
            Text(record, "source") ?? Text(record, "subset") ?? defaultSource,
            rewards,
            scores,
            PromptId(record),
            Text(record, "file") ?? path,
            Line(record) ?? number,
            Lengths(record)
        )
        {
            Temperature = record.Find("temperature") is { } tau ? Scalar(tau, "temperature") : null,
            Annotator = Identity(record, "annotator"),
        };
    }

    // RewardBench keeps its scores as one object of columns.
    private bool Columns(ScoresRecord record)
    {
        foreach (var (chosen, rejected) in PairForms)
        {
            if (
                record.Find(chosen) is not { ValueKind: JsonValueKind.Array } won
                || record.Find(rejected) is not { ValueKind: JsonValueKind.Array } lost
            )
                continue;
            int count = won.GetArrayLength(),
                others = lost.GetArrayLength();
            if (count == 1 && others == 1)
                return false; // one number in brackets
            if (count != others)
                throw new Unusable(
                    $"{count} numbers in \"{chosen}\" but {others} in \"{rejected}\"; as many were expected"
                );
            var sources = record.Find("source") ?? record.Find("subset");
            for (var i = 0; i < count; i++)
            {
                var source =
                    sources is { ValueKind: JsonValueKind.Array } names && i < names.GetArrayLength()
                        ? names[i]
                        : sources;
                try
                {
                    AddPrediction(
                        new Prediction(
                            source is { ValueKind: JsonValueKind.String } name ? name.GetString()! : defaultSource,
                            [Scalar(won[i], chosen), Scalar(lost[i], rejected)],
                            [1, 0],
                            null,
                            path,
                            i + 1
                        ),
                        i + 1
                    );
                }
                catch (Unusable problem)
                {
                    errors.Add(new ScoresFileError(path, i + 1, problem.Message));
                }
            }
            return true;
        }
        return false;
    }

    private static double[] Numbers(JsonElement list, string name)
    {
        if (list.ValueKind != JsonValueKind.Array)
            throw new Unusable($"\"{name}\" is {Kind(list)}; a list of numbers, one per response, was expected");
        var values = new double[list.GetArrayLength()];
        var i = 0;
        foreach (var item in list.EnumerateArray())
            values[i] = Number(item, $"{name}[{i++.ToString(CultureInfo.InvariantCulture)}]");
        return values;
    }

    private static double Scalar(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 1
            ? Number(value[0], name)
            : Number(value, name);

    private static double Number(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Number)
            throw new Unusable($"{name} is {Kind(value)}; a finite number was expected");
        // Beyond the range of double it reads as infinite.
        var number = value.GetDouble();
        return double.IsFinite(number)
            ? number
            : throw new Unusable($"{name} is {Shorten(value.GetRawText())}; a finite number was expected");
    }

    private static string? Text(ScoresRecord record, string name)
    {
        if (record.Find(name) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : throw new Unusable($"\"{name}\" is {Kind(value)}; a string was expected");
    }

    private static int? Line(ScoresRecord record)
    {
        if (record.Find("line") is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var line)
            ? line
            : throw new Unusable($"\"line\" is {Kind(value)}; a whole number was expected");
    }

    // a name or a number that stands for one
    private static string? Identity(ScoresRecord record, string name) =>
        record.Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : value.GetRawText();

    private static void CheckVersion(JsonElement version)
    {
        if (version.GetDouble() >= ScoresFile.CurrentVersion + 1)
            throw new Unusable(
                $"the record is of version {version.GetRawText()}; this Concord reads up to "
                    + $"{ScoresFile.CurrentVersion.ToString(CultureInfo.InvariantCulture)}"
            );
    }

    private static string? PromptId(ScoresRecord record)
    {
        if (Identity(record, "prompt_id") is { } id)
            return id;
        if (record.Find("prompt") is not { } prompt)
            return null;
        // The text itself would make a cluster as well, but a prompt can be long and the identity is written to files.
        var text = prompt.ValueKind == JsonValueKind.String ? prompt.GetString()! : prompt.GetRawText();
        return "prompt:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }

    private static double[]? Lengths(ScoresRecord record)
    {
        foreach (var name in new[] { "lengths", "tokens" })
            if (
                record.Find(name) is { ValueKind: JsonValueKind.Array } list
                && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number)
            )
                return Numbers(list, name);
        foreach (var name in new[] { "responses", "texts", "text" })
            if (record.Find(name) is { ValueKind: JsonValueKind.Array } list)
                return AllKnown(list.EnumerateArray().Select(Characters));
        foreach (var (chosen, rejected) in new[] { ("chosen", "rejected"), ("text_chosen", "text_rejected") })
            if (record.Find(chosen) is { } won && record.Find(rejected) is { } lost)
                return AllKnown([Characters(won), Characters(lost)]);
        return null;
    }

    private static double[]? AllKnown(IEnumerable<double?> lengths)
    {
        var known = lengths.ToArray();
        return known.All(length => length is not null) ? [.. known.Select(length => length!.Value)] : null;
    }

    // Code points of a text, or of all contents of a message list.
    private static double? Characters(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!.EnumerateRunes().Count(),
            JsonValueKind.Object => new ScoresRecord(value).Find("content") is { } content ? Characters(content) : null,
            JsonValueKind.Array => AllKnown(value.EnumerateArray().Select(Characters))?.Sum(),
            _ => null,
        };

    private static string Kind(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Array => "a list",
            JsonValueKind.Object => "an object",
            JsonValueKind.Null => "null",
            _ => Shorten(value.GetRawText()),
        };

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..37] + "...";

    private sealed class Unusable(string problem) : Exception(problem);
}
