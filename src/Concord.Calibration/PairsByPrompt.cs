namespace Concord.Calibration;

/// <summary>The pairs of each prompt.</summary>
internal sealed class PairsByPrompt
{
    private readonly int[] starts,
        members;

    /// <param name="clusters">The prompt of each pair, 0 .. count - 1.</param>
    /// <param name="count">How many prompts there are.</param>
    public PairsByPrompt(int[] clusters, int count)
    {
        starts = new int[count + 1];
        foreach (var cluster in clusters)
            starts[cluster + 1]++;
        for (var g = 0; g < count; g++)
            starts[g + 1] += starts[g];
        members = new int[clusters.Length];
        var next = starts.ToArray();
        for (var i = 0; i < clusters.Length; i++)
            members[next[clusters[i]]++] = i;
    }

    /// <summary>Number of prompts.</summary>
    public int Count => starts.Length - 1;

    /// <summary>Positions of the pairs of a prompt.</summary>
    public ReadOnlySpan<int> Members(int prompt) => members.AsSpan(starts[prompt]..starts[prompt + 1]);
}
