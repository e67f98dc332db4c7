using System.Globalization;
using Concord.Calibration;

namespace Concord.Cli.Terminals;

/// <summary>Says where a model's held-out probabilities are no better than tossing a coin.</summary>
internal static class CoinSentence
{
    /// <summary>NLL of the probability 1/2.</summary>
    private static readonly double Coin = Math.Log(2);

    /// <summary>A sentence where the NLL of all sources together does not lie below a coin's with its interval; else
    /// null.</summary>
    /// <param name="report">The held-out evaluation; its numbers under temperatures count where there are any.</param>
    public static string? Of(EvaluationReport report)
    {
        var pooled = (report.WithTemperatures ?? report).Pooled;
        if (pooled is not { Nll: { } nll, Intervals.Nll: { } interval } || interval.High < Coin)
            return null;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"This model is not shown to be better than a coin: its held-out NLL is {nll:0.000} "
                + $"[{interval.Low:0.000}, {interval.High:0.000}], and a coin's is {Coin:0.000}."
        );
    }
}
