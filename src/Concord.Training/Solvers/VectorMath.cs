using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Concord.Training.Solvers;

/// <summary>
/// The few products of double vectors that the solver and the Gram matrix need, as wide as the processor's vectors are.
/// </summary>
/// <remarks>
/// Compiled at their best at once: a step calls them too rarely to wait for the counters of tiered compilation.
/// </remarks>
internal static class VectorMath
{
    /// <summary>Σ a·b; the shorter length counts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var length = Math.Min(a.Length, b.Length);
        var x = MemoryMarshal.Cast<double, Vector<double>>(a[..length]);
        var y = MemoryMarshal.Cast<double, Vector<double>>(b[..length]);
        var sum = Vector<double>.Zero;
        for (var i = 0; i < x.Length; i++)
            sum += x[i] * y[i];
        var total = Vector.Sum(sum);
        for (var i = x.Length * Vector<double>.Count; i < length; i++)
            total += a[i] * b[i];
        return total;
    }

    /// <summary>y += factor·x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled(Span<double> y, double factor, ReadOnlySpan<double> x)
    {
        var from = MemoryMarshal.Cast<double, Vector<double>>(x[..y.Length]);
        var to = MemoryMarshal.Cast<double, Vector<double>>(y);
        var scale = new Vector<double>(factor);
        for (var i = 0; i < to.Length; i++)
            to[i] += scale * from[i];
        for (var i = to.Length * Vector<double>.Count; i < y.Length; i++)
            y[i] += factor * x[i];
    }

    /// <summary>y += factor·x, x in single precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled(Span<double> y, double factor, ReadOnlySpan<float> x)
    {
        var from = MemoryMarshal.Cast<float, Vector<float>>(x[..y.Length]);
        var to = MemoryMarshal.Cast<double, Vector<double>>(y);
        var scale = new Vector<double>(factor);
        for (var i = 0; i < from.Length; i++)
        {
            Vector.Widen(from[i], out var low, out var high);
            to[2 * i] += scale * low;
            to[2 * i + 1] += scale * high;
        }
        for (var i = from.Length * Vector<float>.Count; i < y.Length; i++)
            y[i] += factor * x[i];
    }

    /// <summary>y += factor·|x|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaledMagnitudes(Span<double> y, double factor, ReadOnlySpan<double> x)
    {
        var from = MemoryMarshal.Cast<double, Vector<double>>(x[..y.Length]);
        var to = MemoryMarshal.Cast<double, Vector<double>>(y);
        var scale = new Vector<double>(factor);
        for (var i = 0; i < to.Length; i++)
            to[i] += scale * Vector.Abs(from[i]);
        for (var i = to.Length * Vector<double>.Count; i < y.Length; i++)
            y[i] += factor * Math.Abs(x[i]);
    }
}
