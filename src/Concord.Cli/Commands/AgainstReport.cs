using System.Globalization;
using System.Text.Json;
using Concord.Calibration;
using Concord.Cli.Terminals;

namespace Concord.Cli.Commands;

/// <summary>Two models on the same comparisons: each one's numbers, and what lies between them.</summary>
/// <param name="First">Name of the first model, or of its files.</param>
/// <param name="Second">Name of the second.</param>
/// <param name="Numbers">The first's own numbers, and the second's.</param>
/// <param name="Paired">What lies between them.</param>
internal sealed record AgainstReport(
    string First,
    string Second,
    (EvaluationReport First, EvaluationReport Second) Numbers,
    PairedReport Paired
)
{
    /// <summary>Keys by which an earlier result is known.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["against", "mean", "sources", "prompts"];

    private static readonly (
        string Name,
        string Title,
        Func<SourceMetrics, double?> Own,
        Func<PairedMetrics, PairedDifference> Between,
        bool LessIsBetter
    )[] Measures =
    [
        ("accuracy", "Accuracy (equal rewards count 1/2)", own => own.Accuracy, both => both.Accuracy, false),
        ("ece", "ECE (all ordered pairs, 10 uniform bins)", own => own.Ece, both => both.Ece, true),
        ("nll", "NLL (a coin: 0.693)", own => own.Nll, both => both.Nll, true),
        ("brier", "Brier (a coin: 0.250)", own => own.Brier, both => both.Brier, true),
    ];

    /// <summary>Compares, on the comparisons that both were asked about.</summary>
    /// <param name="first">What the first model says.</param>
    /// <param name="second">What the second says.</param>
    /// <param name="names">What to call them.</param>
    /// <param name="terminal">Told what only one of them was asked.</param>
    /// <exception cref="ConcordException">They were asked nothing in common, or their comparisons have other
    /// scores.</exception>
    public static AgainstReport Of(
        IReadOnlyList<Prediction> first,
        IReadOnlyList<Prediction> second,
        (string First, string Second) names,
        Terminal terminal
    )
    {
        var (one, other) = PairedSet.Common(first, second);
        if (one.Count == 0)
            throw new ConcordException(
                "The two were asked about no comparison in common, by source, prompt and line: score the same files "
                    + "with both."
            );
        if (first.Count > one.Count || second.Count > other.Count)
        {
            var (left, right) = (Text(first.Count - one.Count), Text(second.Count - other.Count));
            terminal.Error.WriteLine(
                $"{left} comparisons of {names.First} and {right} of {names.Second} have no counterpart and are left "
                    + $"out; {Text(one.Count)} are compared on."
            );
        }
        var plain = new EvaluationOptions { Resamples = 0 };
        return new AgainstReport(
            names.First,
            names.Second,
            (Evaluation.Run(one, plain), Evaluation.Run(other, plain)),
            PairedEvaluation.Run(one, other)
        );
    }

    /// <summary>Writes the tables.</summary>
    public void Write(Terminal terminal)
    {
        terminal.Out.WriteLine($"A: {First}");
        terminal.Out.WriteLine($"B: {Second}");
        PairedMetrics[] rows = Paired.Sources.Count == 1 ? [.. Paired.Sources] : [.. Paired.Sources, Paired.Mean];
        foreach (var (_, title, own, between, lessIsBetter) in Measures)
        {
            var table = new TextTable("source", ">pairs", ">A", ">B", ">B less A", ">95 %", "B is");
            foreach (var row in rows)
            {
                var difference = between(row);
                table.Add(
                    row.Name,
                    Text(row.Pairs),
                    Number(Mean(Numbers.First, row, own)),
                    Number(Mean(Numbers.Second, row, own)),
                    Signed(difference.Difference),
                    $"{Signed(difference.Interval.Low)} to {Signed(difference.Interval.High)}",
                    difference.Sign == 0 ? "undecided"
                        : difference.Sign > 0 == lessIsBetter ? "worse"
                        : "better"
                );
            }
            terminal.Out.WriteLine();
            terminal.Out.WriteLine(title);
            table.Write(terminal);
        }
        terminal.Out.WriteLine();
        terminal.Out.WriteLine($"The intervals are of the differences, over {Text(Paired.Prompts)} prompts, each with");
        terminal.Out.WriteLine("all its pairs; undecided: 0 lies inside. mean: over sources, each counting the same.");
        if (Numbers.First.WithTemperatures is not null || Numbers.Second.WithTemperatures is not null)
            terminal.Out.WriteLine("Probabilities are under the temperatures that came with the rewards.");
    }

    /// <summary>Writes the same for machines.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model", First);
        json.WriteString("against", Second);
        json.WriteNumber("prompts", Paired.Prompts);
        json.WritePropertyName("mean");
        Write(json, Paired.Mean);
        json.WriteStartObject("sources");
        foreach (var source in Paired.Sources)
        {
            json.WritePropertyName(source.Name);
            Write(json, source);
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void Write(Utf8JsonWriter json, PairedMetrics row)
    {
        json.WriteStartObject();
        json.WriteNumber("pairs", row.Pairs);
        foreach (var (name, _, own, between, _) in Measures)
        {
            var difference = between(row);
            json.WriteStartObject(name);
            WriteNumber(json, "model", Mean(Numbers.First, row, own));
            WriteNumber(json, "against", Mean(Numbers.Second, row, own));
            WriteNumber(json, "difference", difference.Difference);
            WriteNumber(json, "low", difference.Interval.Low);
            WriteNumber(json, "high", difference.Interval.High);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    // of a source, or the mean over those that are compared on
    private double? Mean(EvaluationReport of, PairedMetrics row, Func<SourceMetrics, double?> own)
    {
        var sources = (of.WithTemperatures ?? of).Sources;
        return ReferenceEquals(row, Paired.Mean)
            ? Paired.Sources.Select(one => own(sources[one.Name])).Average()
            : own(sources[row.Name]);
    }

    // an end that is not known has none
    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    private static string Number(double? value) => value?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-";

    private static string Signed(double value) =>
        double.IsFinite(value) ? value.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture) : "?";

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
}
