using System.Runtime.CompilerServices;

namespace Concord.Kernels.Lanes;

/// <summary>One float: what is left of a row when whole registers have been taken.</summary>
internal readonly unsafe struct OneLane(float value) : ILanes<OneLane>
{
    private readonly float value = value;

    public static int Count => 1;

    public static OneLane Zero => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane Create(float value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane Load(float* source) => new(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(float* target) => *target = value;

    public static OneLane operator +(OneLane left, OneLane right) => new(left.value + right.value);

    public static OneLane operator -(OneLane left, OneLane right) => new(left.value - right.value);

    public static OneLane operator *(OneLane left, OneLane right) => new(left.value * right.value);

    public static OneLane operator /(OneLane left, OneLane right) => new(left.value / right.value);

    public static OneLane operator -(OneLane value) => new(-value.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static OneLane MultiplyAdd(OneLane a, OneLane b, OneLane c) =>
        new(float.MultiplyAddEstimate(a.value, b.value, c.value));

    public static OneLane Max(OneLane left, OneLane right) => left.value > right.value ? left : right;

    public static OneLane Min(OneLane left, OneLane right) => left.value < right.value ? left : right;

    public static OneLane Abs(OneLane value) => new(MathF.Abs(value.value));

    public static OneLane CopySign(OneLane magnitude, OneLane sign) => new(MathF.CopySign(magnitude.value, sign.value));

    public static OneLane Sqrt(OneLane value) => new(MathF.Sqrt(value.value));

    public static OneLane Round(OneLane value) => new(MathF.Round(value.value));

    public static OneLane Scale(OneLane value, OneLane n) =>
        new(
            n.value < -126
                ? 0
                : value.value * BitConverter.Int32BitsToSingle((float.ConvertToIntegerNative<int>(n.value) + 127) << 23)
        );

    public static OneLane SelectLess(OneLane left, OneLane right, OneLane whenLess, OneLane otherwise) =>
        left.value < right.value ? whenLess : otherwise;

    public static float Sum(OneLane value) => value.value;

    public static float MaxOf(OneLane value) => value.value;
}
