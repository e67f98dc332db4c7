using Concord.Calibration;

namespace Concord.Tests.Pages;

/// <summary>The scores file of docs/evaluation.md, which shows what is printed for it.</summary>
internal static class PageScores
{
    private const int PerPrompt = 2,
        OneInIsTie = 20;

    /// <summary>Writes it: three sources, of which the third is noisier than its rewards say.</summary>
    public static void Write(string file) =>
        ScoresFile.Write(
            file,
            [.. Of("helpful", 2352, 11, 1), .. Of("harmless", 1850, 6, 1), .. Of("webgpt", 656, 3, .5)]
        );

    private static IEnumerable<Prediction> Of(string source, int count, int seed, double sharpness) =>
        Simulated
            .Pairs(count, seed, deviation: 1.1, sharpness: sharpness, source: source, perPrompt: PerPrompt)
            .Select(
                (pair, i) =>
                    pair with
                    {
                        PromptId = $"{source} {i / PerPrompt}", // sources have no prompt in common
                        Scores = i % OneInIsTie == 0 ? [0, 0] : pair.Scores,
                    }
            );
}
