using System.Runtime.Intrinsics;

namespace Concord.Kernels.Lanes;

/// <summary>Which width the kernels run in: the widest the processor is fast in.</summary>
public static class LaneWidth
{
    /// <summary>
    /// Bits of a register: 512, 256 or 128. Tests set it to compare the widths; everything else leaves it alone.
    /// </summary>
    public static int Bits { get; internal set; } =
        Vector512.IsHardwareAccelerated ? 512
        : Vector256.IsHardwareAccelerated ? 256
        : 128;
}
