using Concord.Kernels;
using Concord.Training.Batches;
using Concord.Training.Losses;
using Concord.Training.Optimizers;
using Concord.Training.Solvers;
using TorchSharp;

namespace Concord.Training.Objectives;

/// <summary>
/// Parts of one source each have their forward and backward pass once, the gradient of each source's loss kept by
/// itself; when λ is known, their weighted sum is the gradient of the batch.
/// </summary>
/// <param name="parameters">The trained parameters.</param>
/// <param name="settings">Size of a micro-batch and token budget.</param>
/// <param name="sources">K.</param>
/// <param name="inner">Whether <see cref="Gram"/> is asked for, so that what is kept is the gradient of all
/// processes.</param>
internal sealed class GradientBuffers(FlatParameters parameters, BatchSettings settings, int sources, bool inner)
    : IGradientPass
{
    private readonly bool[] filled = new bool[sources]; // which sources this batch has a gradient of
    private torch.Tensor? buffers; // (K, N): the gradient of each source's loss

    /// <inheritdoc/>
    public int[][] Cut(int[][] micro, TrainingBatch batch) =>
        MicroBatches.SplitBySource(
            batch.Comparisons,
            batch.Sources,
            settings with
            {
                MicroBatch = micro.Max(part => part.Length),
            }
        );

    /// <inheritdoc/>
    public int ForwardPasses(int parts) => 1;

    /// <inheritdoc/>
    public void Forward(BatchPass pass, double[]? known)
    {
        Array.Clear(filled);
        for (var i = 0; i < pass.Parts.Count; i++)
        {
            var part = pass.Parts[i];
            pass.Forward(part, record: true);
            pass.Backward(pass.Losses(part).RewardGradients);
            var source = SourceOf(pass, i);
            if (i + 1 == pass.Parts.Count || SourceOf(pass, i + 1) != source)
                Keep(source);
        }
        if (!inner)
            return;
        for (var source = 0; source < sources; source++)
            if (!filled[source])
                Keep(source); // a source that only other processes have: zero here
        pass.Exchange.Sum(Buffers);
    }

    /// <summary>⟨g_i, g_j⟩ of the gradients of the source losses by all trained parameters, (K, K).</summary>
    public unsafe GramMatrix Gram()
    {
        using var mode = torch.no_grad();
        using var flat = Buffers.view(-1);
        if (flat.device_type == DeviceType.CPU)
            return new(sources, InnerProducts.Of(FlatParameters.Memory(flat, 0), sources, Buffers.shape[1]));
        using var scope = torch.NewDisposeScope();
        var products = new double[sources * sources];
        for (var i = 0; i < sources; i++)
        for (var j = 0; j <= i; j++)
            products[i * sources + j] = products[j * sources + i] = (Buffers.select(0, i) * Buffers.select(0, j))
                .sum(torch.float64)
                .ToDouble();
        return new(sources, products);
    }

    /// <inheritdoc/>
    public void Backward(BatchPass pass, RankingLossResult losses, double[] weights)
    {
        var coefficients = losses.Coefficients(weights);
        for (var source = 0; source < sources; source++)
            if (!filled[source])
                coefficients[source] = 0; // its buffer holds another step's
        AddUp(coefficients);
        if (!inner)
            pass.Exchange.Sum(parameters.Gradients);
    }

    private torch.Tensor Buffers =>
        buffers ??= torch
            .empty(sources, parameters.Gradients.numel(), device: parameters.Gradients.device)
            .DetachFromDisposeScope();

    private static int SourceOf(BatchPass pass, int part) => pass.Pairs.ComparisonSources[pass.Parts[part].First];

    private void Keep(int source)
    {
        using var mode = torch.no_grad();
        using var buffer = Buffers.select(0, source);
        buffer.copy_(parameters.Gradients);
        parameters.Gradients.zero_();
        filled[source] = true;
    }

    // On the CPU by a kernel of ours: the tensor library would take each factor as a temporary number that the garbage
    // collector may free while it is read, and a wrong λ would go unseen.
    private unsafe void AddUp(double[] coefficients)
    {
        using var mode = torch.no_grad();
        if (parameters.Gradients.device_type == DeviceType.CPU)
        {
            using var flat = Buffers.view(-1);
            WeightedSum.Run(
                FlatParameters.Memory(flat, 0),
                coefficients,
                FlatParameters.Memory(parameters.Gradients, 0),
                parameters.Gradients.numel()
            );
            return;
        }
        for (var source = 0; source < sources; source++)
        {
            if (coefficients[source] == 0)
                continue;
            using var buffer = Buffers.select(0, source);
            parameters.Gradients.add_(buffer, alpha: coefficients[source]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => buffers?.Dispose();
}
