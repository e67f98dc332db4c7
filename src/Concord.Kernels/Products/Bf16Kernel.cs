using System.Runtime.Intrinsics.X86;

namespace Concord.Kernels.Products;

/// <summary>
/// The innermost product in bf16 with sums in fp32: oneDNN's, which libtorch contains. .NET 10 has no intrinsic for the
/// instruction (VDPBF16PS, or Intel's tiles), so this is the way to it that needs neither a second native library nor a
/// copy of the sums in bf16.
/// </summary>
internal static unsafe class Bf16Kernel
{
    // at::native::cpublas::brgemm(M, N, K, lda, ldb, ldc, add_C, const BFloat16* A, const BFloat16* B, float* C,
    // is_vnni) and brgemm_release(is_vnni)
    private static readonly delegate* unmanaged<
        long,
        long,
        long,
        long,
        long,
        long,
        byte,
        ushort*,
        ushort*,
        float*,
        byte,
        void> Brgemm = (delegate* unmanaged<
        long,
        long,
        long,
        long,
        long,
        long,
        byte,
        ushort*,
        ushort*,
        float*,
        byte,
        void>)
        NativeExports.Find("_ZN2at6native7cpublas6brgemmEllllllbPKN3c108BFloat16ES5_Pfb");

    private static readonly delegate* unmanaged<byte, void> Release = (delegate* unmanaged<byte, void>)
        NativeExports.Find("_ZN2at6native7cpublas14brgemm_releaseEb");

    /// <summary>Whether the processor multiplies bf16 itself and this libtorch lets us at it.</summary>
    public static bool IsAvailable { get; } = Brgemm is not null && Release is not null && ProcessorHasBf16();

    /// <summary>c (rows, columns) = or += a · b.</summary>
    /// <param name="rows">Rows of a.</param>
    /// <param name="columns">Columns of b.</param>
    /// <param name="depth">Length of the sums, even.</param>
    /// <param name="a">Row-major (rows, depth), rows side by side.</param>
    /// <param name="b">Pairs of rows interleaved (depth / 2, width, 2).</param>
    /// <param name="width">Columns that b has room for.</param>
    /// <param name="c">Row-major.</param>
    /// <param name="stride">Floats between rows of c.</param>
    /// <param name="accumulate">Whether to add.</param>
    public static void Run(
        int rows,
        int columns,
        int depth,
        ushort* a,
        ushort* b,
        int width,
        float* c,
        int stride,
        bool accumulate
    ) => Brgemm(rows, columns, depth, depth, width, stride, accumulate ? (byte)1 : (byte)0, a, b, c, 1);

    /// <summary>
    /// To be called on a thread when it has finished with the kernel: gives the tile registers back where there are
    /// some.
    /// </summary>
    public static void Leave() => Release(1);

    // CPUID leaf 7: AVX512_BF16 is bit 5 of EAX in subleaf 1, AMX_BF16 bit 22 of EDX in subleaf 0. oneDNN's kernel
    // needs AVX-512 besides.
    private static bool ProcessorHasBf16() =>
        Avx512BW.IsSupported
        && X86Base.IsSupported
        && ((X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0 || (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0);
}
