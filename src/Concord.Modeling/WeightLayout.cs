using TorchSharp;

namespace Concord.Modeling;

/// <summary>
/// How tensors of a Hugging Face checkpoint lie in one <see cref="Parameter"/>, as a pure mapping in both directions.
/// </summary>
/// <param name="Names">Names in the checkpoint, in the order of their rows.</param>
/// <param name="Rows">Rows of each.</param>
/// <param name="InterleavedHeads">0, or the number of heads whose query, key and value rows alternate in the checkpoint
/// (GPT-NeoX) while the parameter holds all queries, then all keys, then all values.</param>
internal sealed record WeightLayout(string[] Names, long[] Rows, int InterleavedHeads = 0)
{
    /// <summary>One tensor, as it is.</summary>
    public static WeightLayout Single(string name, long rows) => new([name], [rows]);

    /// <summary>Brings a checkpoint tensor's rows into the parameter's order.</summary>
    public torch.Tensor FromCheckpoint(torch.Tensor tensor) =>
        InterleavedHeads == 0 ? tensor : Regroup(tensor, InterleavedHeads, 3);

    /// <summary>Brings the parameter's rows (of weights or of a gradient) into the checkpoint's order.</summary>
    public torch.Tensor ToCheckpoint(torch.Tensor tensor) =>
        InterleavedHeads == 0 ? tensor : Regroup(tensor, 3, InterleavedHeads);

    /// <summary>The checkpoint's tensors, by name, in a tensor of the parameter's shape.</summary>
    public IEnumerable<(string Name, torch.Tensor Tensor)> Split(torch.Tensor tensor)
    {
        var whole = ToCheckpoint(tensor);
        var start = 0L;
        for (var i = 0; i < Names.Length; i++)
        {
            yield return (Names[i], Names.Length == 1 ? whole : whole.narrow(0, start, Rows[i]));
            start += Rows[i];
        }
    }

    // (outer * inner * d, ...) -> (inner * outer * d, ...)
    private static torch.Tensor Regroup(torch.Tensor tensor, int outer, int inner)
    {
        var shape = tensor.shape;
        return tensor
            .reshape([outer, inner, shape[0] / outer / inner, .. shape[1..]])
            .transpose(0, 1)
            .reshape(shape)
            .contiguous();
    }
}
