using TorchSharp;

namespace Concord.Modeling.Packing;

/// <summary>
/// Where the keys and values that a batch's spans name lie when they are not the batch's own: a cache of those of
/// earlier tokens, which takes in the new ones.
/// </summary>
internal interface IKeyValueStore
{
    /// <summary>
    /// Keeps a layer's own keys and values where the spans of the batch say, and gives all that are kept.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="own">Rotated keys, then values, of the batch's tokens; a view of memory that is used again
    /// afterwards. // (T, keys | values), fp32</param>
    /// <returns>Rotated keys, then values, by the rows that the spans name; the store's own. // (rows, keys | values),
    /// fp32</returns>
    torch.Tensor Exchange(int layer, torch.Tensor own);
}
