using Concord.Modeling;
using Concord.Modeling.Operations;
using Concord.Modeling.Rewards;
using Concord.Training.Optimizers;

namespace Concord.Bench;

/// <summary>A reward model whose every weight is trained, with its optimizer.</summary>
internal sealed class StepModel : IDisposable
{
    private readonly FlatParameters parameters;
    private readonly AdamW optimizer;
    private int taken;

    /// <summary>Opens a folder.</summary>
    /// <param name="folder">A Hugging Face folder.</param>
    /// <param name="layers">The first layers to take; 0 for all.</param>
    /// <param name="operations">What it computes with.</param>
    public StepModel(string folder, int layers, IOperations operations)
    {
        Model = TimedModels.FirstLayers(folder, layers, operations);
        Model.SetTrained(TrainedParts.Full);
        parameters = new FlatParameters(Model, new OptimizerSettings(), 1e-6, 1e-6);
        optimizer = new AdamW(parameters, new OptimizerSettings());
    }

    /// <summary>The model; its parameters lie in the optimizer's buffers.</summary>
    public RewardModel Model { get; }

    /// <summary>One step of AdamW, which clears the gradients.</summary>
    public void Step() => optimizer.Step(++taken, 1, 1);

    /// <summary>All gradients as they stand.</summary>
    public float[] Gradients() => parameters.Gradients.data<float>().ToArray();

    /// <summary>Sets all gradients to 0.</summary>
    public void ClearGradients() => parameters.Gradients.zero_();

    /// <inheritdoc/>
    public void Dispose()
    {
        parameters.Dispose();
        Model.Dispose();
    }
}
