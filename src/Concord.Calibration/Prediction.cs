using System.Globalization;

namespace Concord.Calibration;

/// <summary>
/// What a reward model (RM) said about one comparison, beside what its source said: the only thing evaluation needs.
/// </summary>
/// <param name="Source">Whose preference it is.</param>
/// <param name="Rewards">The reward r of each of the n ≥ 1 responses, finite.</param>
/// <param name="Scores">The source's score s of each response, finite; higher is better, equal is a tie, only the order
/// counts.</param>
/// <param name="PromptId">The prompt's identity, by which intervals are clustered; null where unknown: the comparison
/// then is a cluster of its own.</param>
/// <param name="File">Where the comparison was read.</param>
/// <param name="Line">Its line, or record number, from 1.</param>
/// <param name="Lengths">The length of each response in characters (Unicode code points), without its prompt, for the
/// content-blind baselines; where responses were given as token ids, their number. Null where unknown. A scores file
/// of other origin may count otherwise, in one unit throughout.</param>
public sealed record Prediction(
    string Source,
    IReadOnlyList<double> Rewards,
    IReadOnlyList<double> Scores,
    string? PromptId = null,
    string? File = null,
    int? Line = null,
    IReadOnlyList<double>? Lengths = null
)
{
    /// <summary>
    /// The temperature τ > 0 of the source under which the probability is sigmoid(τ (r_w - r_l)); null where the scores
    /// carry none.
    /// </summary>
    public double? Temperature { get; init; }

    /// <summary>Who judged, where known: carried along and written to scores files, not evaluated by.</summary>
    public string? Annotator { get; init; }

    /// <summary>Where it was read, for messages.</summary>
    internal string Place =>
        (File, Line) switch
        {
            (null, null) => $"a prediction of source {Source}",
            (null, { } line) => $"a prediction of source {Source}, line {line.ToString(CultureInfo.InvariantCulture)}",
            ({ } file, null) => file,
            ({ } file, { } line) => $"{file}:{line.ToString(CultureInfo.InvariantCulture)}",
        };

    /// <summary>What makes this prediction unusable, or null.</summary>
    internal string? Problem()
    {
        if (Rewards.Count == 0)
            return "rewards is empty; one number per response was expected";
        if (Rewards.Count != Scores.Count)
            return $"{Count(Rewards.Count, "reward")} but {Count(Scores.Count, "score")}; one of each per response "
                + $"was expected";
        if (NotFinite(Rewards) is var r and >= 0)
            return $"rewards[{Text(r)}] is {Text(Rewards[r])}; a finite number was expected";
        if (NotFinite(Scores) is var s and >= 0)
            return $"scores[{Text(s)}] is {Text(Scores[s])}; a finite number was expected";
        if (Lengths is not null && Lengths.Count != Rewards.Count)
            return $"{Count(Lengths.Count, "length")} but {Count(Rewards.Count, "reward")}; one of each per "
                + $"response was expected";
        if (Lengths is not null)
            for (var i = 0; i < Lengths.Count; i++)
                if (!double.IsFinite(Lengths[i]) || Lengths[i] < 0)
                    return $"lengths[{Text(i)}] is {Text(Lengths[i])}; a number of at least 0 was expected";
        if (Temperature is { } tau && !(double.IsFinite(tau) && tau > 0))
            return $"temperature is {Text(tau)}; a finite number above 0 was expected";
        return null;
    }

    /// <exception cref="ConcordException">The prediction is unusable; the message names file and line.</exception>
    internal void Check()
    {
        if (Problem() is { } problem)
            throw new ConcordException($"{Place}: {problem}.");
    }

    private static int NotFinite(IReadOnlyList<double> values)
    {
        for (var i = 0; i < values.Count; i++)
            if (!double.IsFinite(values[i]))
                return i;
        return -1;
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Count(int count, string noun) =>
        $"{count.ToString(CultureInfo.InvariantCulture)} {noun}{(count == 1 ? "" : "s")}";
}
