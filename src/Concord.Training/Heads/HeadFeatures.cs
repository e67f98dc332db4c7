using System.Runtime.InteropServices;
using Concord.Training.Losses;
using Concord.Training.Solvers;
using TorchSharp;

namespace Concord.Training.Heads;

/// <summary>
/// What a linear head sees of a data set: a vector for each reward position, in as few numbers as decide the loss, in
/// double precision.
/// </summary>
/// <remarks>
/// The ranking loss knows differences within a comparison only, so its last response is the origin, and a pair is one
/// vector; with a centring term, which knows the rewards themselves, vectors stay as they are. Where there are fewer
/// vectors N than hidden units H, the best head lies in their span: they are written in an orthonormal basis of it (a
/// thin QR), which keeps all inner products, so every Newton step costs N³ instead of H³.
/// </remarks>
internal sealed class HeadFeatures
{
    private readonly int[] places; // (R): the row's vector, or -1 for the origin
    private readonly double[]? basis; // (H, D), or null where D = H

    private HeadFeatures(RankingPairs pairs, int[] places, double[] vectors, int width, double[]? basis) =>
        (Pairs, this.places, Vectors, Width, this.basis) = (pairs, places, vectors, width, basis);

    /// <summary>The pairs, whose rows these are.</summary>
    public RankingPairs Pairs { get; }

    /// <summary>The vectors, (N, D) row by row.</summary>
    public double[] Vectors { get; }

    /// <summary>D: numbers of a vector.</summary>
    public int Width { get; }

    /// <summary>Of hidden states.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="hidden">z, (R, H) row by row.</param>
    public static HeadFeatures Of(RankingPairs pairs, ReadOnlySpan<float> hidden)
    {
        var width = hidden.Length / Math.Max(1, pairs.RowCount);
        var places = Places(pairs, out var count);
        var relative = pairs.Settings.Centering == 0;
        var vectors = new double[(long)count * width];
        for (var c = 0; c < pairs.ComparisonSources.Length; c++)
        for (var row = pairs.RowOffsets[c]; row < pairs.RowOffsets[c + 1]; row++)
        {
            if (places[row] < 0)
                continue;
            var vector = vectors.AsSpan(places[row] * width, width);
            VectorMath.AddScaled(vector, 1, hidden.Slice(row * width, width));
            if (relative)
                VectorMath.AddScaled(vector, -1, hidden.Slice((pairs.RowOffsets[c + 1] - 1) * width, width));
        }
        return new(pairs, places, vectors, width, null);
    }

    /// <summary>The same in a basis of the vectors' span where that is narrower, or as they are.</summary>
    public HeadFeatures Narrowed()
    {
        var count = Vectors.Length / Math.Max(1, Width);
        if (count >= Width || count == 0)
            return this;
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        var (q, r) = torch.linalg.qr(torch.tensor(Vectors, count, Width).transpose(0, 1)); // (H, N), (N, N)
        return new(Pairs, places, Numbers(r.transpose(0, 1)), count, Numbers(q));
    }

    /// <summary>
    /// r = ⟨v, u⟩ of each row, (R); but for a constant of the comparison, of which the loss knows nothing.
    /// </summary>
    /// <param name="head">v, (D).</param>
    public double[] Rewards(ReadOnlySpan<double> head)
    {
        var rewards = new double[places.Length];
        double[] all = [.. head];
        Shares.Of(
            rewards.Length,
            (long)rewards.Length * Width,
            (from, to) =>
            {
                for (var row = from; row < to; row++)
                    if (places[row] >= 0)
                        rewards[row] = VectorMath.Dot(Vector(row), all);
            }
        );
        return rewards;
    }

    /// <summary>Σ over rows of a number times the row's vector, (D).</summary>
    /// <param name="factors">The numbers, (R).</param>
    public double[] Sum(ReadOnlySpan<double> factors)
    {
        var sum = new double[Width];
        double[] of = [.. factors];
        // each thread sums its own columns over all rows: the order of the terms does not depend on the threads
        Shares.Of(
            Width,
            (long)places.Length * Width,
            (from, to) =>
            {
                for (var row = 0; row < places.Length; row++)
                    if (places[row] >= 0 && of[row] != 0)
                        VectorMath.AddScaled(sum.AsSpan(from, to - from), of[row], Vector(row)[from..to]);
            }
        );
        return sum;
    }

    /// <summary>The vector of a row, (D); empty at the origin.</summary>
    public ReadOnlySpan<double> Vector(int row) => places[row] < 0 ? [] : Vectors.AsSpan(places[row] * Width, Width);

    /// <summary>Which of the vectors is the row's, or -1 at the origin.</summary>
    public int Place(int row) => places[row];

    /// <summary>The head over hidden states that a head over these vectors is, (H).</summary>
    /// <param name="head">v, (D).</param>
    public double[] Lift(double[] head) =>
        basis is null
            ? [.. head]
            :
            [
                .. Enumerable
                    .Range(0, basis.Length / Width)
                    .Select(i => VectorMath.Dot(basis.AsSpan(i * Width, Width), head)),
            ];

    private static int[] Places(RankingPairs pairs, out int count)
    {
        var places = new int[pairs.RowCount];
        Array.Fill(places, -1);
        var ranked = new bool[pairs.ComparisonSources.Length]; // ties alone teach nothing
        foreach (var comparison in pairs.Comparisons)
            ranked[comparison] = true;
        count = 0;
        for (var c = 0; c < ranked.Length; c++)
        {
            var end = pairs.RowOffsets[c + 1] - (pairs.Settings.Centering == 0 ? 1 : 0);
            for (var row = pairs.RowOffsets[c]; ranked[c] && row < end; row++)
                places[row] = count++;
        }
        return places;
    }

    private static double[] Numbers(torch.Tensor tensor) =>
        MemoryMarshal.Cast<byte, double>(tensor.contiguous().bytes).ToArray();
}
