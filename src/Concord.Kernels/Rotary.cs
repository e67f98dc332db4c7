using System.Runtime.CompilerServices;
using Concord.Kernels.Lanes;

namespace Concord.Kernels;

/// <summary>
/// Rotary position embedding, half-split form: dimensions i and i + d/2 of the first d of a head turn together by
/// position · frequency i.
/// </summary>
public static unsafe class Rotary
{
    /// <summary>Turns queries or keys in place.</summary>
    /// <param name="view">Their heads.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="heads">Number of heads in each.</param>
    /// <param name="positions">Position of each row's token (T).</param>
    /// <param name="cosines">Cosines (P, d/2) of position · frequency for every position that occurs.</param>
    /// <param name="sines">Sines (P, d/2) likewise.</param>
    /// <param name="halfDimension">d/2: half of the dimensions that turn, at most half of the head's; the rest stay as
    /// they are.</param>
    /// <param name="inverse">Turns back: the backward pass, on gradients.</param>
    public static void Apply(
        HeadView view,
        int rows,
        int heads,
        long* positions,
        float* cosines,
        float* sines,
        int halfDimension,
        bool inverse
    )
    {
        if (LaneWidth.Bits == 512 && halfDimension >= 16)
            Apply<Lanes512>(view, rows, heads, positions, cosines, sines, halfDimension, inverse);
        else if (LaneWidth.Bits >= 256 && halfDimension >= 8)
            Apply<Lanes256>(view, rows, heads, positions, cosines, sines, halfDimension, inverse);
        else
            Apply<Lanes128>(view, rows, heads, positions, cosines, sines, halfDimension, inverse);
    }

    private static void Apply<TLanes>(
        HeadView view,
        int rows,
        int heads,
        long* positions,
        float* cosines,
        float* sines,
        int half,
        bool inverse
    )
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var whole = half - half % TLanes.Count;
        ThreadTeam.Ranges(
            rows,
            16,
            (from, to) =>
            {
                for (var row = from; row < to; row++)
                {
                    float* cosine = cosines + positions[row] * half,
                        sine = sines + positions[row] * half;
                    for (var head = 0; head < heads; head++)
                    {
                        Turn<TLanes>(view.At(row, head), cosine, sine, half, inverse, 0, whole);
                        Turn<OneLane>(view.At(row, head), cosine, sine, half, inverse, whole, half);
                    }
                }
            }
        );
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Turn<TLanes>(
        float* vector,
        float* cosine,
        float* sine,
        int half,
        bool inverse,
        int from,
        int to
    )
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (var i = from; i < to; i += TLanes.Count)
        {
            TLanes x = TLanes.Load(vector + i),
                y = TLanes.Load(vector + half + i),
                c = TLanes.Load(cosine + i),
                s = TLanes.Load(sine + i);
            if (inverse)
                s = -s;
            TLanes.MultiplyAdd(x, c, -(y * s)).Store(vector + i);
            TLanes.MultiplyAdd(y, c, x * s).Store(vector + half + i);
        }
    }
}
