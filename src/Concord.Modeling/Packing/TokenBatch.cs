using Concord.Kernels;
using TorchSharp;

namespace Concord.Modeling.Packing;

/// <summary>
/// What a backbone computes at once: tokens laid end to end without padding, their positions, which of them see which,
/// and which of them are read out above the last layer. It knows neither texts nor comparisons.
/// </summary>
/// <remarks>T tokens in all, N output positions.</remarks>
internal sealed class TokenBatch : IDisposable
{
    private readonly IReadOnlyList<AttentionSpan[]> groups;
    private readonly Dictionary<(int Window, bool OutputsOnly), AttentionPattern> patterns = [];

    /// <summary>A batch of any tokens.</summary>
    /// <param name="ids">Token ids. // (T)</param>
    /// <param name="positions">Position of each in its own text. // (T)</param>
    /// <param name="groups">Which tokens see which keys: spans that share keys together, in the order of their
    /// tokens.</param>
    /// <param name="outputs">The tokens that are read out, those of a group together, in the order of the groups; one
    /// may stand there several times. // (N)</param>
    /// <param name="device">Where the batch is computed.</param>
    /// <param name="keysValues">Where the keys and values lie that the spans name; null where they are the batch's own,
    /// token by token.</param>
    public TokenBatch(
        int[] ids,
        int[] positions,
        IReadOnlyList<AttentionSpan[]> groups,
        int[] outputs,
        torch.Device device,
        IKeyValueStore? keysValues = null
    )
    {
        this.groups = groups;
        (Device, KeysValues) = (device, keysValues);
        (Ids, Positions, Outputs) = (new(ids, device), new(positions, device), new(outputs, device));
        OutputPositions = new(Array.ConvertAll(outputs, token => positions[token]), device);
    }

    /// <summary>Token ids. // (T)</summary>
    public IndexList Ids { get; }

    /// <summary>Position of each token within its own text. // (T)</summary>
    public IndexList Positions { get; }

    /// <summary>The tokens that are read out. // (N)</summary>
    public IndexList Outputs { get; }

    /// <summary>Positions of those tokens. // (N)</summary>
    public IndexList OutputPositions { get; }

    /// <summary>Where the batch's tensors live.</summary>
    public torch.Device Device { get; }

    /// <summary>Where keys and values come from; null where they are the batch's own.</summary>
    public IKeyValueStore? KeysValues { get; }

    /// <summary>T.</summary>
    public int TokenCount => Ids.Values.Length;

    /// <summary>Lays texts end to end, what some of them begin with once.</summary>
    /// <param name="trees">The texts.</param>
    /// <param name="outputs">The tokens that are read out, as in the constructor.</param>
    /// <param name="device">Where the batch is computed.</param>
    public static TokenBatch Create(IReadOnlyList<TokenTree> trees, int[] outputs, torch.Device device)
    {
        var count = trees.Sum(tree => tree.Length);
        int[] ids = new int[count],
            positions = new int[count];
        var groups = new AttentionSpan[trees.Count][];
        var token = 0;
        for (var i = 0; i < trees.Count; i++)
        {
            var (prefix, branches) = trees[i];
            groups[i] = AttentionSpan.OfTree(token, prefix.Length, branches.Select(branch => branch.Length));
            Lay(prefix, 0);
            foreach (var branch in branches)
                Lay(branch, prefix.Length);
        }
        return new TokenBatch(ids, positions, groups, outputs, device);

        void Lay(int[] part, int firstPosition)
        {
            part.CopyTo(ids, token);
            for (var i = 0; i < part.Length; i++)
                positions[token++] = firstPosition + i;
        }
    }

    /// <summary>Which keys each token sees.</summary>
    /// <param name="window">0, or how many tokens back a token sees, itself included.</param>
    public AttentionPattern Attention(int window) => Pattern(window, outputsOnly: false);

    /// <summary>Which keys each output position sees: query row i is that of output i.</summary>
    /// <param name="window">As in <see cref="Attention"/>.</param>
    public AttentionPattern OutputAttention(int window) => Pattern(window, outputsOnly: true);

    private AttentionPattern Pattern(int window, bool outputsOnly)
    {
        var key = (window, outputsOnly);
        if (patterns.TryGetValue(key, out var pattern))
            return pattern;
        int? looksBack = window == 0 ? null : window;
        return patterns[key] = new AttentionPattern(
            outputsOnly
                ? AttentionPlan.ForRows(groups, Outputs.Values, looksBack)
                : AttentionPlan.ForAllRows(groups, looksBack),
            Device
        );
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Ids.Dispose();
        Positions.Dispose();
        Outputs.Dispose();
        OutputPositions.Dispose();
        foreach (var pattern in patterns.Values)
            pattern.Dispose();
        patterns.Clear();
    }
}
