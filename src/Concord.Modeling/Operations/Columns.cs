using Concord.Modeling.Packing;
using TorchSharp;

namespace Concord.Modeling.Operations;

/// <summary>Some columns of a matrix: queries, or keys and values, of the one buffer that a product fills.</summary>
/// <param name="Buffer">The matrix.</param>
/// <param name="First">First column.</param>
/// <param name="Count">Number of columns.</param>
internal readonly record struct Columns(Variable Buffer, int First, int Count)
{
    /// <summary>All columns of a matrix.</summary>
    public static Columns All(Variable buffer) => new(buffer, 0, (int)buffer.Value.shape[1]);

    /// <summary>
    /// Keys and values as attention takes them: a batch's own, or all that its store keeps, these among them. // (T,
    /// keys | values) -> (rows, keys | values)
    /// </summary>
    public static Columns KeysValues(Columns own, int layer, TokenBatch batch)
    {
        if (batch.KeysValues is not { } store)
            return own;
        using var mode = torch.no_grad();
        using var view = own.View();
        return All(new Variable(store.Exchange(layer, view)));
    }

    /// <summary>The values, where they lie. // (rows, Count)</summary>
    public torch.Tensor View() => Buffer.Value.narrow(1, First, Count);
}
