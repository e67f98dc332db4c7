using System.Runtime.InteropServices;

namespace Concord.Kernels;

/// <summary>
/// A block of working memory that stays with a thread and only grows: a kernel that took fresh memory on every call
/// would pay for its page faults every time.
/// </summary>
internal sealed unsafe class Scratch
{
    private const nuint Alignment = 64; // a cache line, and the widest register

    [ThreadStatic]
    private static Scratch[]? slots;

    private void* block;
    private nuint size;

    /// <summary>
    /// What the thread's block of that number is for; two uses that overlap in time take different ones.
    /// </summary>
    public enum Use
    {
        LeftPanel,
        RightPanel,
        Partials,
        Vectors,
        KeysByKey,
        Keys,
        Values,
        Queries,
        OutputGradients,
        RowPanels,
        Output,
        KeyGradients,
        ValueGradients,
        Scores,
        ScoreGradients,
    }

    /// <summary>
    /// At least <paramref name="count"/> floats, aligned to 64 bytes, not cleared. Valid on this thread until the next
    /// call with the same <paramref name="use"/>.
    /// </summary>
    public static float* Floats(Use use, long count)
    {
        slots ??= [.. Enum.GetValues<Use>().Select(_ => new Scratch())];
        return (float*)slots[(int)use].Grow((nuint)count * sizeof(float));
    }

    private void* Grow(nuint bytes)
    {
        if (bytes <= size)
            return block;
        NativeMemory.AlignedFree(block);
        size = 0;
        block = NativeMemory.AlignedAlloc(bytes, Alignment);
        size = bytes;
        return block;
    }

    ~Scratch() => NativeMemory.AlignedFree(block);
}
