using System.Diagnostics;
using System.Globalization;
using Concord.Modeling.Backbones;
using Concord.Tokenization.Comparisons;

namespace Concord.Bench;

/// <summary>
/// Times whole steps of several variants in turns. Each runs untimed first, until everything is compiled and every
/// buffer allocated; the rate of products is taken anew before each turn, as a machine's speed drifts.
/// </summary>
/// <param name="Config">The model's shape.</param>
/// <param name="Pairs">Comparisons of a step.</param>
/// <param name="Micro">Comparisons of a micro-batch.</param>
internal sealed record StepTiming(BackboneConfig Config, int Pairs, int Micro)
{
    private const int RateRepetitions = 8;

    /// <summary>One variant bound to its model.</summary>
    /// <param name="Variant">The way of computing.</param>
    /// <param name="Model">What it runs on.</param>
    /// <param name="Pass">Forward and back over a micro-batch.</param>
    public sealed record Entrant(
        StepVariant Variant,
        StepModel Model,
        Func<IReadOnlyList<TokenizedComparison>, int, double> Pass
    );

    /// <summary>What was measured of one variant, a number for each timed step.</summary>
    /// <param name="Seconds">Of each step.</param>
    /// <param name="Shares">Of the product rate of its library and precision at that time.</param>
    public sealed record Times(List<double> Seconds, List<double> Shares);

    /// <summary>Times every batch with every variant.</summary>
    /// <param name="entrants">The variants.</param>
    /// <param name="batches">One step's comparisons each.</param>
    /// <param name="warm">Seconds each variant runs before; at least one step where it is above 0.</param>
    public (
        IReadOnlyDictionary<StepVariant, Times> Times,
        IReadOnlyList<(ProductRate Own, ProductRate Library)> Rates
    ) Run(IReadOnlyList<Entrant> entrants, TokenizedComparison[][] batches, double warm)
    {
        foreach (var entrant in entrants)
        {
            var clock = Stopwatch.StartNew();
            for (var step = 0; clock.Elapsed.TotalSeconds < warm; step++)
                Step(entrant, batches[step % batches.Length]);
        }
        var times = entrants.ToDictionary(entrant => entrant.Variant, _ => new Times([], []));
        var rates = new List<(ProductRate Own, ProductRate Library)>();
        foreach (var batch in batches)
        {
            rates.Add(ProductRate.Measure(Config, RateRepetitions));
            foreach (var entrant in entrants)
            {
                var clock = Stopwatch.StartNew();
                Step(entrant, batch);
                var (seconds, variant) = (clock.Elapsed.TotalSeconds, entrant.Variant);
                var rate = variant.Kind == StepVariant.Operations.Plain ? rates[^1].Library : rates[^1].Own;
                var flops = batch.Chunk(Micro).Sum(part => variant.Flops(Config, part));
                times[variant].Seconds.Add(seconds);
                times[variant].Shares.Add(flops / seconds / 1e9 / (variant.Bf16 ? rate.Bf16 : rate.Fp32));
                Console.Error.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"  {variant.Name}: {seconds:f2} s, {times[variant].Shares[^1]:p0} of the product rate"
                    )
                );
            }
        }
        return (times, rates);
    }

    private void Step(Entrant entrant, TokenizedComparison[] batch)
    {
        foreach (var part in batch.Chunk(Micro))
            entrant.Pass(part, Pairs);
        entrant.Model.Step();
    }
}
