namespace Concord.Kernels.Products;

/// <summary>
/// How a panel of 12 rows of a product's left factor lies in memory: constants, so that the micro-kernel's addresses
/// are.
/// </summary>
internal interface ILeftPanel
{
    /// <summary>Floats from a row to the next.</summary>
    static abstract int RowStep { get; }

    /// <summary>Floats from one k to the next.</summary>
    static abstract int DepthStep { get; }
}

/// <summary>
/// Row after row: what copying from a row-major factor gives. The step is an odd number of cache lines, which spreads
/// the rows over the cache.
/// </summary>
internal readonly struct RowPanel : ILeftPanel
{
    public static int RowStep => 41 * 16;

    public static int DepthStep => 1;
}

/// <summary>The rows' values of one k side by side: what copying from a transposed factor gives.</summary>
internal readonly struct ColumnPanel : ILeftPanel
{
    public static int RowStep => 1;

    public static int DepthStep => MicroKernel.Rows;
}
