using System.Globalization;
using Concord.Cli.CommandLine;
using Concord.Cli.Terminals;
using Concord.Preferences.Simulation;

namespace Concord.Cli.Quickstart;

/// <summary>What the quickstart prints for a newcomer.</summary>
internal static class QuickstartText
{
    /// <summary>Says what is about to happen, and who the sources are.</summary>
    public static void Introduce(SimulatedPopulation population, int steps, Terminal terminal)
    {
        Wrap(
            terminal,
            "A reward model learns from pairs of answers which one people prefer. Here are simulated groups of "
                + "annotators (sources). All share a taste; "
                + "each drifts from it its own way, and labels more or less noisily. Since they are simulated, the "
                + "true probability of every preference is known."
        );
        var table = new TextTable("source", ">pairs to train on", ">drift", ">noise of labels");
        foreach (var source in population.Settings.Sources)
            table.Add(source.Name, source.Size, source.Drift, source.Noise);
        terminal.Out.WriteLine();
        table.Write(terminal);
        terminal.Out.WriteLine();
        Wrap(
            terminal,
            $"Five schemes train small transformers from scratch, {steps.ToString(CultureInfo.InvariantCulture)} "
                + $"steps each: Single (a model for each source), "
                + "Equal (one for all, sources count the same), MORE (one for all, sources weighted by their "
                + "gradients), and the last two with a temperature "
                + "learned for each source."
        );
        terminal.Out.WriteLine();
        terminal.Out.Flush();
    }

    /// <summary>Accuracy, ECE and error against the truth, a row a scheme and a column a source.</summary>
    public static void Tables(IReadOnlyList<SchemePredictions> schemes, HeldOutPairs pairs, Terminal terminal)
    {
        var truth = pairs.TruthItself();
        Table(
            "Accuracy: how often the preferred answer gets the higher reward",
            [.. schemes, truth],
            (scheme, own) => scheme.Accuracy(own)
        );
        Table(
            "ECE: how far its probabilities are from how often it is right (truth: chance)",
            [.. schemes, truth],
            (scheme, own) => scheme.CalibrationError(own)
        );
        var coin = new SchemePredictions("a coin", new double[pairs.Count]);
        Table(
            "Error: mean distance of its probabilities from the true ones (coin: all .5)",
            [.. schemes, coin],
            (scheme, own) => scheme.Error(own, pairs.Truth)
        );

        void Table(string title, IReadOnlyList<SchemePredictions> rows, Func<SchemePredictions, int[], double> measure)
        {
            var table = new TextTable(["scheme", .. pairs.Sources.Select(name => ">" + name), ">mean"]);
            foreach (var scheme in rows)
            {
                double[] values =
                [
                    .. Enumerable.Range(0, pairs.Sources.Count).Select(source => measure(scheme, pairs.Of(source))),
                ];
                table.Add([
                    scheme.Name,
                    .. values
                        .Append(values.Average())
                        .Select(value => value.ToString("0.000", CultureInfo.InvariantCulture)),
                ]);
            }
            terminal.Out.WriteLine(title);
            table.Write(terminal);
            terminal.Out.WriteLine();
        }
    }

    /// <summary>The conclusion.</summary>
    public static void Conclude(IReadOnlyList<string> paragraphs, Terminal terminal)
    {
        terminal.Out.WriteLine("What this says (means over sources; in brackets 95 % intervals over prompts;");
        terminal.Out.WriteLine("undecided: 0 lies inside; of 15 such intervals about one misses the truth)");
        foreach (var paragraph in paragraphs)
            Wrap(terminal, paragraph, "- ", "  ");
    }

    /// <summary>What to try next: commands that work as they stand.</summary>
    public static void Next(string folder, Terminal terminal)
    {
        string In(params string[] parts) => ShellWord.Quote(Path.Combine([folder, .. parts]));
        terminal.Out.WriteLine();
        terminal.Out.WriteLine("Next");
        terminal.Out.WriteLine(
            $"  concord data {In("data", "train", "editors.jsonl")} {In("data", "train", "crowd.jsonl")}"
        );
        terminal.Out.WriteLine(
            $"  concord evaluate {In("more-temperatures", "model")} {In("data", "held_out", "critics.jsonl")}"
        );
        terminal.Out.WriteLine(
            $"  concord score {In("more-temperatures", "model")} {In("data", "held_out", "editors.jsonl")} -o "
                + $"scores.jsonl"
        );
        terminal.Out.WriteLine("  concord train recipes/simulated-more.yaml output=runs/simulated");
        terminal.Out.WriteLine("  concord train recipes/more-temperatures.yaml data=DIR model=DIR   (your own data)");
    }

    private static void Wrap(Terminal terminal, string text, string first = "", string rest = "")
    {
        var width = Math.Min(terminal.Width, Terminal.PlainWidth);
        var line = first;
        var empty = true;
        foreach (var word in text.Split(' '))
        {
            if (!empty && line.Length + 1 + word.Length > width)
            {
                terminal.Out.WriteLine(line);
                (line, empty) = (rest, true);
            }
            line += empty ? word : " " + word;
            empty = false;
        }
        terminal.Out.WriteLine(line);
    }
}
