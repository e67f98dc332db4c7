using Concord.Kernels;

namespace Concord.Modeling.Operations;

/// <summary>
/// The backward pass of taking rows by index: each row is added to the one it came from, in order, so that the sum is
/// the same every time.
/// </summary>
internal static unsafe class RowSums
{
    /// <summary>target[indices[i]] += source[i].</summary>
    public static void Add(MatrixView source, int[] indices, MatrixView target)
    {
        // threads share the columns: rows may meet in one target
        ThreadTeam.Ranges(
            source.Columns,
            64,
            (from, to) =>
            {
                for (var i = 0; i < indices.Length; i++)
                    Elementwise.Add(source.Row(i) + from, target.Row(indices[i]) + from, to - from);
            }
        );
    }
}
