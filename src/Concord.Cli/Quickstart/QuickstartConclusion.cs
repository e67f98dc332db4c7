using System.Globalization;
using Concord.Calibration;

namespace Concord.Cli.Quickstart;

/// <summary>What a newcomer can take from the numbers, said only as far as their intervals allow.</summary>
internal static class QuickstartConclusion
{
    // What rounds to the last digit shown.
    private const double Shown = .0005;

    private static readonly (string First, string Second)[] Compared =
    [
        ("Single", "Equal"),
        ("Equal", "MORE"),
        ("Equal", "Equal + temperatures"),
        ("MORE", "MORE + temperatures"),
        ("Equal + temperatures", "MORE + temperatures"),
    ];

    /// <summary>The differences that decide.</summary>
    public static IReadOnlyList<QuickstartDifference> Differences(
        IReadOnlyList<SchemePredictions> schemes,
        HeldOutPairs pairs
    )
    {
        var comparison = new PairedComparison(pairs.Pairs);
        return
        [
            .. Compared.SelectMany(pair =>
            {
                SchemePredictions first = schemes.First(scheme => scheme.Name == pair.First),
                    second = schemes.First(scheme => scheme.Name == pair.Second);
                return new QuickstartDifference[]
                {
                    Difference("accuracy", comparison.Accuracy(first.Differences, second.Differences)),
                    Difference("ece", comparison.Ece(first.Differences, second.Differences)),
                    Difference("error", comparison.Mean(first.Errors(pairs.Truth), second.Errors(pairs.Truth))),
                };

                QuickstartDifference Difference(string measure, PairedDifference difference) =>
                    new(pair.First, pair.Second, measure, difference);
            }),
        ];
    }

    /// <summary>The conclusion, a paragraph a question.</summary>
    public static IReadOnlyList<string> Paragraphs(
        IReadOnlyList<SchemePredictions> schemes,
        HeldOutPairs pairs,
        IReadOnlyList<QuickstartDifference> differences,
        IReadOnlyList<double> noise
    )
    {
        SchemePredictions Scheme(string name) => schemes.First(scheme => scheme.Name == name);
        PairedDifference Of(string first, string second, string measure) =>
            differences.First(one => one.First == first && one.Second == second && one.Measure == measure).Difference;
        string Compare(string first, string second)
        {
            string Said(string measure) => Say(Of(first, second, measure), "higher", "lower");
            return $"accuracy {Said("accuracy")}, ECE {Said("ece")}, error {Said("error")}";
        }

        var (onEqual, onMore) = (Compare("Equal", "Equal + temperatures"), Compare("MORE", "MORE + temperatures"));
        return
        [
            $"Is one model for all sources as good as one for each? Equal against the {pairs.Sources.Count} "
                + $"Singles: {Compare("Single", "Equal")}. "
                + OneForAll(Of("Single", "Equal", "accuracy"), Of("Single", "Equal", "error")),
            $"Does MORE change that? Against Equal: {Compare("Equal", "MORE")}. "
                + $"{Weights(Scheme("MORE"), pairs.Sources.Count)}",
            $"Do source temperatures help? On Equal: {onEqual}. On MORE: {onMore}. "
                + $"{Temperatures(Scheme("Equal + temperatures"), pairs, noise)}",
            Advice(schemes, pairs, Of),
        ];
    }

    /// <summary>A difference as words: how much with its interval, or that it is undecided.</summary>
    public static string Say(PairedDifference difference, string higher, string lower)
    {
        var interval = $"[{Signed(difference.Interval.Low)}, {Signed(difference.Interval.High)}]";
        return difference.Sign == 0
            ? $"undecided {interval}"
            : $"{(difference.Sign > 0 ? higher : lower)} by {Number(Math.Abs(difference.Difference))} {interval}";
    }

    private static string OneForAll(PairedDifference accuracy, PairedDifference error) =>
        (accuracy.Sign, error.Sign) switch
        {
            (1, <= 0) or (0, -1) =>
                "One model for all is the better one here: it learns from all sources what they share.",
            (-1, >= 0) or (0, 1) => "One model for all is worse here: it cannot follow every source's own taste.",
            (0, 0) => "Which of them is better stays undecided at this size.",
            (1, _) => "It puts more pairs into the right order, but its probabilities are further from the true ones.",
            _ => "It puts fewer pairs into the right order, but its probabilities are nearer to the true ones.",
        };

    private static string Weights(SchemePredictions more, int sources)
    {
        var weights = string.Join(", ", more.Weights.Select(weight => $"{weight.Key} {Number(weight.Value)}"));
        var (most, least) = (more.Weights.MaxBy(weight => weight.Value), more.Weights.MinBy(weight => weight.Value));
        var reading =
            most.Value - least.Value < .1
                ? "no source is favoured over the run"
                : $"{most.Key} is favoured, {least.Key} least";
        return $"Its mean weights were {weights} (equal ones would be {Number(1.0 / sources)}): {reading}; within a "
            + $"step they spread by {Number(more.WeightSpread)}.";
    }

    private static string Temperatures(SchemePredictions scheme, HeldOutPairs pairs, IReadOnlyList<double> noise)
    {
        var learned = string.Join(
            ", ",
            pairs.Sources.Select(
                (name, i) => $"{name} {Number(scheme.Temperatures[name], "0.00")} (noise {Number(noise[i], "0.##")})"
            )
        );
        var (cleanest, noisiest) = (
            pairs.Sources[Argument(noise, smallest: true)],
            pairs.Sources[Argument(noise, smallest: false)]
        );
        var found =
            scheme.Temperatures.MinBy(one => one.Value).Key == noisiest
            && scheme.Temperatures.MaxBy(one => one.Value).Key == cleanest;
        var reading = found
            ? "The cleanest labels got the largest and the noisiest the smallest, without anybody saying which they "
                + "are."
            : "They do not follow the noise of the labels in order.";
        return $"Learned temperatures: {learned}. {reading}";
    }

    private static string Advice(
        IReadOnlyList<SchemePredictions> schemes,
        HeldOutPairs pairs,
        Func<string, string, string, PairedDifference> of
    )
    {
        (string Name, double Error)[] errors =
        [
            .. schemes
                .Where(scheme => scheme.Name != "Single")
                .Select(scheme => (scheme.Name, MeanError(scheme, pairs)))
                .OrderBy(one => one.Item2),
        ];
        PairedDifference equal = of("Equal", "Equal + temperatures", "error"),
            more = of("MORE", "MORE + temperatures", "error");
        var both = Gains(equal) && Gains(more);
        var between = of("Equal + temperatures", "MORE + temperatures", "error").Sign;
        var which =
            between == 0 ? "whether by Equal or by MORE is undecided"
            : between > 0 ? "and Equal rather than MORE"
            : "and MORE rather than Equal";
        var advice = both
            ? $"learn a temperature for each source ({which})"
            : "whether to learn source temperatures stays undecided";
        return $"So, for sources like these: {advice}. The smallest error of one model for all is that of "
            + $"{errors[0].Name} ({Number(errors[0].Error)}), "
            + $"the largest that of {errors[^1].Name} ({Number(errors[^1].Error)}). This is a simulation with one "
            + $"seed: try another with --seed, and your own data.";
    }

    // A gain that the interval leaves above 0 in the digits that are shown.
    private static bool Gains(PairedDifference error) => error.Interval.High <= -Shown;

    private static double MeanError(SchemePredictions scheme, HeldOutPairs pairs) =>
        Enumerable.Range(0, pairs.Sources.Count).Average(source => scheme.Error(pairs.Of(source), pairs.Truth));

    private static int Argument(IReadOnlyList<double> values, bool smallest) =>
        Enumerable.Range(0, values.Count).MinBy(i => smallest ? values[i] : -values[i]);

    private static string Number(double value, string format = "0.000") =>
        value.ToString(format, CultureInfo.InvariantCulture);

    private static string Signed(double value) => value.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture);
}
