using System.Runtime.CompilerServices;
using Concord.Kernels.Lanes;
using Concord.Kernels.Products;

namespace Concord.Kernels;

/// <summary>
/// Scores of a block of query rows against all keys, where the micro-kernel writes them and reads them again as a left
/// factor, so that they are never copied: rows at a constant step, and for many keys one such sheet behind the other.
/// </summary>
internal readonly unsafe struct ScoreBlock(float* data)
{
    /// <summary>Rows of a block.</summary>
    public const int Rows = 96;

    /// <summary>Keys of a sheet: a multiple of every tile's rows and columns.</summary>
    public const int SheetKeys = 576;

    /// <summary>Floats from a row to the next: an odd number of cache lines.</summary>
    public const int RowStep = 37 * 16;

    /// <summary>What a row is cleared up to: a multiple of every tile's rows and columns.</summary>
    private const int KeyUnit = 96;

    /// <summary>Floats of a block for a number of keys.</summary>
    public static long Size(int keys) => (long)Sheets(keys) * Rows * RowStep;

    /// <summary>Number of sheets for a number of keys.</summary>
    public static int Sheets(int keys) => (keys + SheetKeys - 1) / SheetKeys;

    /// <summary>The place of a row's key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* At(int row, int key) => data + ((long)(key / SheetKeys) * Rows + row) * RowStep + key % SheetKeys;

    /// <summary>
    /// Replaces the scores [from, to) of a row by e^(score - largest), those outside it up to <paramref name="count"/>
    /// keys by 0; returns the largest score and the sum.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (float Largest, float Sum) Exponentials<TLanes>(int row, int from, int to, int count)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int first = from - from % TLanes.Count,
            end = End<TLanes>(to);
        Hide<TLanes>(row, from, to);
        Clear<TLanes>(row, 0, first);
        Clear<TLanes>(row, end, Whole(count));
        var largest = float.NegativeInfinity;
        for (var key = first; key < end; key = NextSheet(key))
            largest = MathF.Max(largest, Largest<TLanes>(At(row, key), Math.Min(NextSheet(key), end) - key));
        var sum = 0f;
        for (var key = first; key < end; key = NextSheet(key))
            sum += Exponentials<TLanes>(At(row, key), Math.Min(NextSheet(key), end) - key, largest);
        return (largest, sum);
    }

    /// <summary>
    /// Replaces the scores [from, to) of a row by their softmax weights and, in the same row of
    /// <paramref name="gradients"/>, dL/dweight by dL/dscore = weight · (dL/dweight - mean); both are 0 outside it up
    /// to <paramref name="count"/> keys.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Gradients<TLanes>(ScoreBlock gradients, int row, int from, int to, int count, float logSum, float mean)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int first = from - from % TLanes.Count,
            end = End<TLanes>(to);
        Hide<TLanes>(row, from, to);
        Clear<TLanes>(row, 0, first);
        Clear<TLanes>(row, end, Whole(count));
        gradients.Clear<TLanes>(row, 0, first);
        gradients.Clear<TLanes>(row, end, Whole(count));
        for (var key = first; key < end; key = NextSheet(key))
            Gradients<TLanes>(At(row, key), gradients.At(row, key), Math.Min(NextSheet(key), end) - key, logSum, mean);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int NextSheet(int key) => (key / SheetKeys + 1) * SheetKeys;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Whole(int count) => (count + KeyUnit - 1) / KeyUnit * KeyUnit;

    /// <summary>The end of the register that holds the last key before <paramref name="to"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int End<TLanes>(int to)
        where TLanes : unmanaged, ILanes<TLanes> => (to + TLanes.Count - 1) / TLanes.Count * TLanes.Count;

    /// <summary>
    /// Sets the scores outside [from, to) that share a register with it to -∞, whose exponential is 0. A register's
    /// worth after the last key is written: a row has room for it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Hide<TLanes>(int row, int from, int to)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var outside = TLanes.Create(float.NegativeInfinity);
        outside.Store(At(row, to - 1) + 1);
        for (var key = from - from % TLanes.Count; key < from; key++)
            *At(row, key) = float.NegativeInfinity;
    }

    /// <summary>Clears whole registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Clear<TLanes>(int row, int from, int to)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (var key = from; key < to; )
        {
            var place = At(row, key);
            for (var end = Math.Min(NextSheet(key), to); key < end; key += TLanes.Count, place += TLanes.Count)
                TLanes.Zero.Store(place);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Largest<TLanes>(float* scores, int count)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var largest = TLanes.Load(scores);
        for (var i = TLanes.Count; i < count; i += TLanes.Count)
            largest = TLanes.Max(largest, TLanes.Load(scores + i));
        return TLanes.MaxOf(largest);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Exponentials<TLanes>(float* scores, int count, float largest)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes sum = TLanes.Zero,
            shift = TLanes.Create(largest);
        for (var i = 0; i < count; i += TLanes.Count)
        {
            var value = LaneMath.Exp(TLanes.Load(scores + i) - shift);
            value.Store(scores + i);
            sum += value;
        }
        return TLanes.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gradients<TLanes>(float* scores, float* gradients, int count, float logSum, float mean)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes shift = TLanes.Create(logSum),
            centre = TLanes.Create(mean);
        for (var i = 0; i < count; i += TLanes.Count)
        {
            var weight = LaneMath.Exp(TLanes.Load(scores + i) - shift);
            weight.Store(scores + i);
            (weight * (TLanes.Load(gradients + i) - centre)).Store(gradients + i);
        }
    }

    /// <summary>The block's rows as a left factor.</summary>
    public readonly struct ByRow : ILeftPanel
    {
        public static int RowStep => ScoreBlock.RowStep;

        public static int DepthStep => 1;
    }

    /// <summary>The block's columns as a left factor: keys are its rows.</summary>
    public readonly struct ByKey : ILeftPanel
    {
        public static int RowStep => 1;

        public static int DepthStep => ScoreBlock.RowStep;
    }
}
