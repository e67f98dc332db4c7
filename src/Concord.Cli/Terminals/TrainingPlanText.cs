using System.Globalization;
using Concord.Training.Loop;

namespace Concord.Cli.Terminals;

/// <summary>What a run is about to do, as lines for a person.</summary>
internal static class TrainingPlanText
{
    /// <summary>Steps and tokens, a table of the sources, and what to look at before hours are spent.</summary>
    public static IEnumerable<string> Lines(TrainingPlan plan, int width)
    {
        var table = new TextTable("source", ">different", ">drawn", ">each seen", ">set aside", ">held out");
        foreach (var source in plan.Sources)
            table.Add(
                source.Name,
                source.Comparisons,
                source.Drawn,
                string.Create(CultureInfo.InvariantCulture, $"{source.TimesSeen:0.##} x"),
                source.SetAside + source.Validation,
                source.HeldOut
            );
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        table.Write(text, width);
        string[] lines =
        [
            string.Create(
                CultureInfo.InvariantCulture,
                $"{plan.Steps:#,0} steps of {plan.ComparisonsPerStep:#,0} comparisons, about {plan.Tokens:#,0} tokens; "
                    + $"an epoch, {plan.StepsPerEpoch:#,0} steps, is as long as {plan.Longest.Name} takes"
            ),
            .. text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries),
            .. plan.Warnings(),
        ];
        return lines;
    }
}
