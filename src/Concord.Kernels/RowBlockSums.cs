using System.Runtime.InteropServices;

namespace Concord.Kernels;

/// <summary>
/// Sums over the rows of a batch that come out the same whatever the number of threads: rows are taken in blocks of a
/// fixed size, each block is summed by one thread into its own line, and the lines are added in order.
/// </summary>
internal static unsafe class RowBlockSums
{
    private const int BlockRows = 64;

    /// <summary>
    /// Work on rows [from, to), whose sums over the columns go to <paramref name="sums"/>: cleared before, null where
    /// nobody asked for them.
    /// </summary>
    public delegate void BlockWork(int from, int to, float* sums);

    /// <summary>
    /// Calls <paramref name="work"/> for blocks that cover all rows, on all threads, and adds every block's sums to
    /// <paramref name="target"/> (columns) unless that is null.
    /// </summary>
    public static void Run(int rows, int columns, float* target, BlockWork work)
    {
        var blocks = (rows + BlockRows - 1) / BlockRows;
        var lines = target is null ? null : Scratch.Floats(Scratch.Use.Partials, (long)blocks * columns);
        ThreadTeam.Ranges(
            blocks,
            1,
            (from, to) =>
            {
                for (var block = from; block < to; block++)
                {
                    var sums = lines is null ? null : lines + (long)block * columns;
                    if (sums is not null)
                        NativeMemory.Clear(sums, (nuint)columns * sizeof(float));
                    work(block * BlockRows, Math.Min(rows, (block + 1) * BlockRows), sums);
                }
            }
        );
        if (lines is null)
            return;
        for (var block = 0; block < blocks; block++)
            Elementwise.Add(lines + (long)block * columns, target, columns);
    }
}
