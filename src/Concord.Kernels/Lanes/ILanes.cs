namespace Concord.Kernels.Lanes;

/// <summary>
/// A few floats computed at once: what a kernel is written in, once for every width of SIMD registers.
/// </summary>
/// <typeparam name="TSelf">The type itself. Kernels take it as a type argument, so that the compiler makes straight
/// code for each width.</typeparam>
internal unsafe interface ILanes<TSelf>
    where TSelf : unmanaged, ILanes<TSelf>
{
    /// <summary>Number of floats.</summary>
    static abstract int Count { get; }

    static abstract TSelf Zero { get; }

    /// <summary>The same value in all lanes.</summary>
    static abstract TSelf Create(float value);

    static abstract TSelf Load(float* source);

    void Store(float* target);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf value);

    /// <summary><c>a * b + c</c>, fused where the processor can.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>The larger of each pair; <paramref name="right"/> where either is not a number.</summary>
    static abstract TSelf Max(TSelf left, TSelf right);

    /// <summary>The smaller of each pair; <paramref name="right"/> where either is not a number.</summary>
    static abstract TSelf Min(TSelf left, TSelf right);

    static abstract TSelf Abs(TSelf value);

    static abstract TSelf CopySign(TSelf magnitude, TSelf sign);

    static abstract TSelf Sqrt(TSelf value);

    /// <summary>The nearest integer, ties to even.</summary>
    static abstract TSelf Round(TSelf value);

    /// <summary>
    /// <c>value · 2^n</c> for integral <paramref name="n"/> in [-300, 127] and <paramref name="value"/> about 1; 0, or
    /// what is left of it as a subnormal, where n is below -126.
    /// </summary>
    static abstract TSelf Scale(TSelf value, TSelf n);

    /// <summary>
    /// Per lane: <paramref name="whenLess"/> where <c>left &lt; right</c>, else <paramref name="otherwise"/> (also
    /// where either is not a number).
    /// </summary>
    static abstract TSelf SelectLess(TSelf left, TSelf right, TSelf whenLess, TSelf otherwise);

    /// <summary>The sum of all lanes, in an order that depends on the width only.</summary>
    static abstract float Sum(TSelf value);

    /// <summary>The largest lane.</summary>
    static abstract float MaxOf(TSelf value);
}
