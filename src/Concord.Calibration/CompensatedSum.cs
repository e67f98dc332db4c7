namespace Concord.Calibration;

/// <summary>
/// Neumaier's compensated sum: the result does not depend on how many terms there are beyond one rounding.
/// </summary>
internal struct CompensatedSum
{
    private double sum;
    private double lost;

    public readonly double Value => double.IsFinite(sum) ? sum + lost : sum;

    public void Add(double value)
    {
        var next = sum + value;
        lost += Math.Abs(sum) >= Math.Abs(value) ? sum - next + value : value - next + sum;
        sum = next;
    }
}
