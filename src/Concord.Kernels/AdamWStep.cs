using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Concord.Kernels.Lanes;

namespace Concord.Kernels;

/// <summary>
/// One step of AdamW (Loshchilov and Hutter 2019) over parameters, gradients and both moments that lie in flat buffers:
/// one pass, each value read once.
/// </summary>
public static unsafe class AdamWStep
{
    /// <summary>Floats per task: enough to make the call cheap, few enough to share the work evenly.</summary>
    private const int BlockLength = 1 << 15;

    /// <summary>What a step needs to know.</summary>
    /// <param name="LearningRate">η.</param>
    /// <param name="Beta1">Decay of the first moment.</param>
    /// <param name="Beta2">Decay of the second moment.</param>
    /// <param name="Epsilon">Added to the root of the second moment.</param>
    /// <param name="WeightDecay">λ: parameters shrink by ηλ before the step.</param>
    /// <param name="GradientScale">Gradients are multiplied by this first: what clipping them to a norm comes down
    /// to.</param>
    public readonly record struct Settings(
        double LearningRate,
        double Beta1,
        double Beta2,
        double Epsilon,
        double WeightDecay,
        double GradientScale = 1
    );

    /// <summary>
    /// Updates <paramref name="parameters"/> and both moments in place, as <c>torch.optim.AdamW</c> does.
    /// </summary>
    /// <param name="parameters">The parameters (count).</param>
    /// <param name="gradients">Their gradients (count).</param>
    /// <param name="firstMoments">m (count), zero before the first step.</param>
    /// <param name="secondMoments">v (count), zero before the first step.</param>
    /// <param name="count">Number of parameters.</param>
    /// <param name="settings">The step's settings.</param>
    /// <param name="step">Number of this step, from 1.</param>
    /// <param name="clearGradients">Whether to leave zeroes in <paramref name="gradients"/>.</param>
    public static void Run(
        float* parameters,
        float* gradients,
        float* firstMoments,
        float* secondMoments,
        long count,
        in Settings settings,
        long step,
        bool clearGradients
    )
    {
        if (LaneWidth.Bits == 512)
            Run<Lanes512>(parameters, gradients, firstMoments, secondMoments, count, settings, step, clearGradients);
        else if (LaneWidth.Bits == 256)
            Run<Lanes256>(parameters, gradients, firstMoments, secondMoments, count, settings, step, clearGradients);
        else
            Run<Lanes128>(parameters, gradients, firstMoments, secondMoments, count, settings, step, clearGradients);
    }

    private static void Run<TLanes>(
        float* parameters,
        float* gradients,
        float* firstMoments,
        float* secondMoments,
        long count,
        Settings settings,
        long step,
        bool clearGradients
    )
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var factors = new Factors(settings, step);
        ThreadTeam.Ranges(
            (int)((count + BlockLength - 1) / BlockLength),
            1,
            (from, to) =>
            {
                long start = (long)from * BlockLength,
                    end = Math.Min(count, (long)to * BlockLength),
                    whole = start + (end - start) / TLanes.Count * TLanes.Count;
                Update<TLanes>(parameters, gradients, firstMoments, secondMoments, factors, start, whole);
                Update<OneLane>(parameters, gradients, firstMoments, secondMoments, factors, whole, end);
                if (clearGradients)
                    NativeMemory.Clear(gradients + start, (nuint)(end - start) * sizeof(float));
            }
        );
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Update<TLanes>(
        float* parameters,
        float* gradients,
        float* firstMoments,
        float* secondMoments,
        in Factors factors,
        long from,
        long to
    )
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes keep1 = TLanes.Create(factors.Keep1),
            take1 = TLanes.Create(factors.Take1),
            keep2 = TLanes.Create(factors.Keep2),
            take2 = TLanes.Create(factors.Take2);
        TLanes rootScale = TLanes.Create(factors.RootScale),
            epsilon = TLanes.Create(factors.Epsilon),
            rate = TLanes.Create(factors.Rate),
            shrink = TLanes.Create(factors.Shrink);
        var scale = TLanes.Create(factors.GradientScale);
        for (var i = from; i < to; i += TLanes.Count)
        {
            var gradient = TLanes.Load(gradients + i) * scale;
            var first = TLanes.MultiplyAdd(TLanes.Load(firstMoments + i), keep1, gradient * take1);
            var second = TLanes.MultiplyAdd(TLanes.Load(secondMoments + i), keep2, gradient * gradient * take2);
            first.Store(firstMoments + i);
            second.Store(secondMoments + i);
            var denominator = TLanes.MultiplyAdd(TLanes.Sqrt(second), rootScale, epsilon);
            (TLanes.Load(parameters + i) * shrink - rate * first / denominator).Store(parameters + i);
        }
    }

    /// <summary>
    /// The settings as the loop uses them; the bias corrections 1 - β^t are taken in double precision, where the first
    /// steps would lose most of 1 - β2^t.
    /// </summary>
    private readonly struct Factors(Settings settings, long step)
    {
        public float Keep1 { get; } = (float)settings.Beta1;

        public float Take1 { get; } = (float)(1 - settings.Beta1);

        public float Keep2 { get; } = (float)settings.Beta2;

        public float Take2 { get; } = (float)(1 - settings.Beta2);

        public float Rate { get; } = (float)(settings.LearningRate / (1 - Math.Pow(settings.Beta1, step)));

        public float RootScale { get; } = (float)(1 / Math.Sqrt(1 - Math.Pow(settings.Beta2, step)));

        public float Epsilon { get; } = (float)settings.Epsilon;

        public float Shrink { get; } = (float)(1 - settings.LearningRate * settings.WeightDecay);

        public float GradientScale { get; } = (float)settings.GradientScale;
    }
}
