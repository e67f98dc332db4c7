namespace Concord.Calibration;

/// <summary>The mean of a number over models that were trained with several seeds.</summary>
internal sealed class MeanOverSeeds : ISourceNumber
{
    private readonly ISourceNumber[] seeds;

    private MeanOverSeeds(ISourceNumber[] seeds) => this.seeds = seeds;

    /// <summary>Of the number under each seed; of one seed it is that number.</summary>
    public static ISourceNumber Of(ISourceNumber[] seeds) => seeds is [var one] ? one : new MeanOverSeeds(seeds);

    /// <inheritdoc/>
    public double Of(int source)
    {
        double sum = 0;
        foreach (var seed in seeds)
            sum += seed.Of(source);
        return sum / seeds.Length;
    }

    /// <inheritdoc/>
    public double Without(int source, ReadOnlySpan<int> pairs)
    {
        double sum = 0;
        foreach (var seed in seeds)
            sum += seed.Without(source, pairs);
        return sum / seeds.Length;
    }
}
