using Concord.Modeling.Rewards;
using Concord.Preferences;
using Concord.Preferences.Readers;

namespace Concord.Runs.Scoring;

/// <summary>The records of a file as parts that are scored, a record's one after the other.</summary>
/// <param name="input">The file.</param>
/// <param name="reading">How it is read.</param>
/// <param name="encoding">How the model reads texts.</param>
/// <param name="noted">Told what there is to say of the whole file; may be null.</param>
internal sealed class ScoreParts(string input, ReadOptions reading, ModelEncoding encoding, Action<string>? noted)
{
    /// <summary>Those of all records but the first ones.</summary>
    /// <param name="skip">How many records are left out.</param>
    public IEnumerable<ScorePart> After(int skip)
    {
        var record = 0;
        foreach (var read in PreferenceFile.Stream(input, reading))
        {
            foreach (var note in read.Notes)
                noted?.Invoke(note);
            if (read.Line == 0 && read.Comparisons.Count == 0 && read.Problem is null)
                continue; // what only the end of a file tells
            if (record++ < skip)
                continue;
            var distinct = Distinct(read.Comparisons);
            if (read.Problem is { } problem)
                yield return new ScorePart(read, [], null, problem.ToString(), true);
            else if (distinct.Count == 0)
                yield return new ScorePart(
                    read,
                    [],
                    null,
                    $"{input}, line {read.Line}: the record holds nothing to score.",
                    true
                );
            for (var i = 0; i < distinct.Count && read.Problem is null; i++)
                yield return Encode(read, distinct[i], i == distinct.Count - 1);
        }
    }

    private ScorePart Encode(ReadRecord read, List<Comparison> judged, bool last)
    {
        var comparison = judged[0];
        try
        {
            return encoding.Encode(comparison) is { } encoded
                ? new ScorePart(read, judged, encoded, null, last)
                : new ScorePart(
                    read,
                    judged,
                    null,
                    $"{comparison.Origin.File}, line {comparison.Origin.Line}: longer than the maximum length, and "
                        + $"the model's policy drops such records.",
                    last
                );
        }
        catch (ConcordException error)
        {
            return new ScorePart(read, judged, null, error.Message, last);
        }
    }

    private static List<List<Comparison>> Distinct(IReadOnlyList<Comparison> comparisons)
    {
        var distinct = new List<List<Comparison>>();
        foreach (var comparison in comparisons)
            if (distinct.Find(other => Alike(other[0], comparison)) is { } known)
                known.Add(comparison);
            else
                distinct.Add([comparison]);
        return distinct;
    }

    private static bool Alike(Comparison one, Comparison other) =>
        one.PromptText == other.PromptText
        && one.Prompt.SequenceEqual(other.Prompt)
        && one.PromptTokenIds.SequenceEqual(other.PromptTokenIds)
        && one.Responses.Count == other.Responses.Count
        && one.Responses.Zip(other.Responses).All(pair => Alike(pair.First, pair.Second));

    private static bool Alike(Response one, Response other) =>
        one.Text == other.Text
        && one.Messages.SequenceEqual(other.Messages)
        && one.TokenIds.SequenceEqual(other.TokenIds);
}
