using System.Runtime.InteropServices;
using Concord.Training.Losses;
using Concord.Training.Solvers;
using TorchSharp;

namespace Concord.Training.Heads;

/// <summary>
/// F(v) = Σ c_i (L_i + centring_i) + ρ/2 ‖v‖²: the ranking loss of a head over frozen features under fixed
/// coefficients of the sources, with a ridge. It is convex, strictly where ρ > 0.
/// </summary>
/// <param name="features">The features, with their pairs.</param>
/// <param name="coefficients">c, (K): what each source's loss counts in the total.</param>
internal sealed class HeadProblem(HeadFeatures features, double[] coefficients)
{
    /// <summary>Numbers of weighted vectors that are held at once for the second derivatives.</summary>
    private const int ChunkNumbers = 1 << 22;

    private readonly RankingPairs pairs = features.Pairs;
    private double[]? atZero;

    /// <summary>The features.</summary>
    public HeadFeatures Features => features;

    /// <summary>The loss without the ridge, and its gradient, (D).</summary>
    /// <param name="head">v, (D).</param>
    public (double Loss, double[] Gradient) Evaluate(ReadOnlySpan<double> head)
    {
        var losses = RankingLoss.Evaluate(pairs, features.Rewards(head));
        var total = 0.0;
        for (var i = 0; i < coefficients.Length; i++)
            total += coefficients[i] * (losses.Losses[i] + losses.Centering[i]);
        var slopes = losses.RewardGradients;
        for (var c = 0; c < pairs.ComparisonSources.Length; c++)
        for (var row = pairs.RowOffsets[c]; row < pairs.RowOffsets[c + 1]; row++)
            slopes[row] *= coefficients[pairs.ComparisonSources[c]];
        return (total, features.Sum(slopes));
    }

    /// <summary>Whether a head puts every pair that counts into its order, by more than its margin.</summary>
    /// <param name="head">v, (D).</param>
    public bool Separates(ReadOnlySpan<double> head)
    {
        var rewards = features.Rewards(head);
        for (var p = 0; p < pairs.Winners.Length; p++)
            if (
                coefficients[pairs.SourceOf(p)] > 0
                && !(rewards[pairs.Winners[p]] - rewards[pairs.Losers[p]] > pairs.Margins[p])
            )
                return false;
        return true;
    }

    /// <summary>The trace of <see cref="Hessian"/> at a head of zero: the scale that ridges are measured by.</summary>
    public double Scale()
    {
        var trace = 0.0;
        for (var i = 0L; i < features.Width; i++)
            trace += HessianAtZero[i * features.Width + i];
        return trace;
    }

    /// <summary>
    /// The second derivatives of the loss without the ridge at a head of zero, (D, D); computed once.
    /// </summary>
    public double[] HessianAtZero => atZero ??= Hessian(CurvatureAt(new double[features.Width]));

    /// <summary>What the second derivatives at a head are made of.</summary>
    /// <param name="head">v, (D).</param>
    public RankingCurvature CurvatureAt(ReadOnlySpan<double> head) =>
        RankingCurvature.Of(pairs, features.Rewards(head));

    /// <summary>∇²F d without the ridge, (D): two passes over the vectors instead of a matrix of D² numbers.</summary>
    /// <param name="curvature">Of the head that ∇² is taken at.</param>
    /// <param name="direction">d, (D).</param>
    public double[] HessianTimes(RankingCurvature curvature, ReadOnlySpan<double> direction)
    {
        var along = features.Rewards(direction);
        var factors = new double[along.Length];
        for (var p = 0; p < pairs.Winners.Length; p++)
        {
            int winner = pairs.Winners[p],
                loser = pairs.Losers[p];
            var coefficient = coefficients[pairs.SourceOf(p)];
            var apart = coefficient * curvature.OfDifferences[p] * (along[winner] - along[loser]);
            var together = coefficient * curvature.OfSums[p] * (along[winner] + along[loser]);
            factors[winner] += together + apart;
            factors[loser] += together - apart;
        }
        return features.Sum(factors);
    }

    /// <summary>The second derivatives of the loss without the ridge, (D, D) row by row.</summary>
    /// <param name="curvature">Of the head they are taken at.</param>
    public double[] Hessian(RankingCurvature curvature)
    {
        using var mode = torch.no_grad();
        var width = features.Width;
        var sum = new double[(long)width * width];
        var chunk = Math.Max(1, ChunkNumbers / width);
        for (int from = 0, pair = 0, count = features.Vectors.Length / width; from < count; )
        {
            // pairs are listed by comparison, whose vectors lie together: a chunk ends between comparisons
            var (first, end) = (pair, from);
            for (; pair < pairs.Winners.Length; pair++)
            {
                var last = EndOf(pairs.Comparisons[pair]);
                if (last - from > chunk && end > from)
                    break;
                end = Math.Max(end, last);
            }
            Add(sum, curvature, first, pair, from, end);
            from = end;
        }
        return sum;
    }

    // (MU)ᵀU over the vectors of a chunk, M the second derivatives by the rewards
    private void Add(double[] sum, RankingCurvature curvature, int first, int last, int from, int end)
    {
        using var scope = torch.NewDisposeScope();
        var width = features.Width;
        var weighted = new double[(end - from) * width];
        Span<double> Row(int row) =>
            features.Place(row) is >= 0 and var place ? weighted.AsSpan((place - from) * width, width) : [];
        for (var p = first; p < last; p++)
        {
            var coefficient = coefficients[pairs.SourceOf(p)];
            int winner = pairs.Winners[p],
                loser = pairs.Losers[p];
            double apart = coefficient * curvature.OfDifferences[p],
                together = coefficient * curvature.OfSums[p];
            AddScaled(Row(winner), together + apart, features.Vector(winner));
            AddScaled(Row(loser), together + apart, features.Vector(loser));
            AddScaled(Row(winner), together - apart, features.Vector(loser));
            AddScaled(Row(loser), together - apart, features.Vector(winner));
        }
        var left = torch.tensor(weighted, end - from, width);
        var right = torch.tensor(features.Vectors.AsSpan(from * width, weighted.Length).ToArray(), end - from, width);
        var product = left.transpose(0, 1).mm(right);
        VectorMath.AddScaled(sum, 1, Numbers(product.contiguous()));

        // at the origin there is nothing to add to or from
        static void AddScaled(Span<double> to, double factor, ReadOnlySpan<double> from)
        {
            if (!to.IsEmpty && !from.IsEmpty && factor != 0)
                VectorMath.AddScaled(to, factor, from);
        }
    }

    // behind the last vector of a comparison
    private int EndOf(int comparison)
    {
        for (var row = pairs.RowOffsets[comparison + 1] - 1; row >= pairs.RowOffsets[comparison]; row--)
            if (features.Place(row) is >= 0 and var place)
                return place + 1;
        return 0;
    }

    internal static Span<double> Numbers(torch.Tensor tensor) => MemoryMarshal.Cast<byte, double>(tensor.bytes);
}
