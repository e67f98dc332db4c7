namespace Concord.Modeling.Kernels;

/// <summary>The BLAS that libtorch was built with.</summary>
internal static unsafe class Blas
{
    private static readonly delegate* unmanaged<byte*, byte*, int*, int*, int*, float*, float*, int*, float*, int*, float*, float*, int*, void> Sgemm =
        (delegate* unmanaged<byte*, byte*, int*, int*, int*, float*, float*, int*, float*, int*, float*, float*, int*, void>)NativeExports.Find("sgemm_");

    /// <summary>Whether this libtorch exports one.</summary>
    public static bool IsAvailable => Sgemm is not null;

    /// <summary>c = alpha · op(a) op(b) + beta · c, row-major. Called from a <see cref="ThreadTeam"/> task it stays on that thread; otherwise it uses all.</summary>
    public static void Multiply(MatrixView a, bool transposeA, MatrixView b, bool transposeB, MatrixView c, float alpha, float beta)
    {
        int rows = c.Rows, columns = c.Columns, depth = transposeA ? a.Rows : a.Columns;
        if (rows == 0 || columns == 0) return;
        // Fortran reads a row-major matrix as its transpose: cᵀ = op(b)ᵀ op(a)ᵀ.
        byte left = (byte)(transposeB ? 'T' : 'N'), right = (byte)(transposeA ? 'T' : 'N');
        int lda = a.Stride, ldb = b.Stride, ldc = c.Stride;
        Sgemm(&left, &right, &columns, &rows, &depth, &alpha, b.Data, &ldb, a.Data, &lda, &beta, c.Data, &ldc);
    }
}
