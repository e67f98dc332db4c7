namespace Concord.Training.Heads;

/// <summary>Work on a range of numbers, shared between the cores where it is enough to be worth that.</summary>
internal static class Shares
{
    // a share of fewer additions ends before another thread has begun
    private const int LeastWork = 1 << 18;

    // vectors of the processor begin in each share alike, so that sums round alike however many shares there are
    private const int Alignment = 16;

    /// <summary>Does the work.</summary>
    /// <param name="count">How many numbers there are.</param>
    /// <param name="work">Additions in all.</param>
    /// <param name="range">Does [from, to); shares do not overlap.</param>
    public static void Of(int count, long work, Action<int, int> range)
    {
        var most = (int)Math.Clamp(work / LeastWork, 1, Environment.ProcessorCount);
        var size = ((count + most - 1) / most + Alignment - 1) / Alignment * Alignment;
        if (size >= count)
        {
            range(0, count);
            return;
        }
        Parallel.For(0, (count + size - 1) / size, i => range(i * size, Math.Min(count, (i + 1) * size)));
    }
}
