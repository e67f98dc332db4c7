using System.IO.Hashing;
using System.Text;
using Concord.Training.Losses;

namespace Concord.Training.Heads;

/// <summary>Comparisons with what the head reads of them.</summary>
/// <param name="Scores">Scores of each comparison's responses.</param>
/// <param name="Sources">Source of each, 0 .. K - 1.</param>
/// <param name="Margins">A margin of its own, or null.</param>
/// <param name="Prompts">Whose comparisons stay together where they are divided.</param>
/// <param name="Hidden">z at the reward positions, (R, H) row by row.</param>
/// <param name="SourceCount">K.</param>
internal sealed record HeadData(
    double[][] Scores,
    int[] Sources,
    double?[] Margins,
    string[] Prompts,
    float[] Hidden,
    int SourceCount
)
{
    /// <summary>The pairs under a loss.</summary>
    public RankingPairs Pairs(RankingLossSettings loss) =>
        RankingPairs.Create(Scores, Sources, SourceCount, loss, Margins);

    /// <summary>Which of so many parts each comparison belongs to, by its prompt alone.</summary>
    public int[] Parts(int count) =>
        [.. Prompts.Select(prompt => (int)(XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(prompt)) % (ulong)count))];

    /// <summary>Some of the comparisons, in their order.</summary>
    public HeadData Only(Func<int, bool> wanted)
    {
        int[] kept = [.. Enumerable.Range(0, Scores.Length).Where(wanted)];
        var firsts = new int[Scores.Length + 1];
        for (var c = 0; c < Scores.Length; c++)
            firsts[c + 1] = firsts[c] + Scores[c].Length;
        var width = firsts[^1] == 0 ? 0 : Hidden.Length / firsts[^1];
        var hidden = new float[kept.Sum(c => Scores[c].Length) * width];
        var at = 0;
        foreach (var c in kept)
        {
            var rows = Hidden.AsSpan(firsts[c] * width, Scores[c].Length * width);
            rows.CopyTo(hidden.AsSpan(at));
            at += rows.Length;
        }
        return this with
        {
            Scores = [.. kept.Select(c => Scores[c])],
            Sources = [.. kept.Select(c => Sources[c])],
            Margins = [.. kept.Select(c => Margins[c])],
            Prompts = [.. kept.Select(c => Prompts[c])],
            Hidden = hidden,
        };
    }
}
