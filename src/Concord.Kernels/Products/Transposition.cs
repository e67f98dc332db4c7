using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Concord.Kernels.Products;

/// <summary>Transposes blocks of 32-bit values in registers, four rows at a time.</summary>
internal static unsafe class Transposition
{
    /// <summary>
    /// target (columns, rows) from source (rows, columns); <paramref name="rows"/> is a multiple of 4.
    /// </summary>
    public static void Run(float* source, int sourceStride, int rows, int columns, float* target, int targetStride)
    {
        for (var i = 0; i < rows; i += 4)
            FourRows(source + (long)i * sourceStride, sourceStride, columns, target + i, targetStride);
    }

    /// <summary>
    /// Four rows become four columns: element j of each, side by side, for j up to <paramref name="length"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FourRows(float* rows, int stride, int length, float* target, int step)
    {
        float* first = rows,
            second = rows + stride,
            third = rows + 2L * stride,
            fourth = rows + 3L * stride;
        var j = 0;
        for (; j + 4 <= length; j += 4, target += 4L * step)
        {
            Vector128<float> a = Vector128.Load(first + j),
                b = Vector128.Load(second + j),
                c = Vector128.Load(third + j),
                d = Vector128.Load(fourth + j);
            Vector128<float> low = Low(a, c),
                low2 = Low(b, d),
                high = High(a, c),
                high2 = High(b, d);
            Low(low, low2).Store(target);
            High(low, low2).Store(target + step);
            Low(high, high2).Store(target + 2L * step);
            High(high, high2).Store(target + 3L * step);
        }
        for (; j < length; j++, target += step)
            (target[0], target[1], target[2], target[3]) = (first[j], second[j], third[j], fourth[j]);
    }

    /// <summary>a0 b0 a1 b1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Low(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : Vector128.Create(a[0], b[0], a[1], b[1]);

    /// <summary>a2 b2 a3 b3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> High(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : Vector128.Create(a[2], b[2], a[3], b[3]);
}
