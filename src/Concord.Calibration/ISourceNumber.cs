namespace Concord.Calibration;

/// <summary>A number that each source has, and would have without one prompt.</summary>
internal interface ISourceNumber
{
    /// <summary>Of all pairs of a source.</summary>
    double Of(int source);

    /// <summary>Without some pairs of the source, which are not all it has.</summary>
    double Without(int source, ReadOnlySpan<int> pairs);
}
