using Concord.Modeling.Files;
using Concord.Training.Optimizers;
using Concord.Training.Temperatures;
using Concord.Training.Weightings;
using TorchSharp;

namespace Concord.Training.Checkpoints;

/// <summary>
/// All numbers a run must have to go on: master weights and moments by parameter, MORE's averages, log τ.
/// </summary>
internal sealed class StateTensors(
    FlatParameters parameters,
    IOptimizer optimizer,
    GradientMomentum? momentum,
    SourceTemperatures temperatures
)
{
    private const string Momentum = "momentum",
        Temperatures = "log_temperatures";

    /// <summary>The tensors by name, made in the caller's dispose scope.</summary>
    public IEnumerable<(string Name, torch.Tensor Value)> All()
    {
        foreach (var part in Buffers())
            yield return part;
        if (momentum is not null)
            yield return (Momentum, torch.tensor(momentum.Values.ToArray(), torch.float64));
        yield return (Temperatures, torch.tensor(temperatures.Logs.ToArray(), torch.float64));
    }

    /// <summary>Puts a checkpoint's numbers back, to the last bit.</summary>
    /// <param name="file">The checkpoint's tensors.</param>
    /// <param name="step">Its step.</param>
    public void Load(SafetensorsFile file, int step)
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        foreach (var (name, value) in Buffers())
            file.LoadInto(name, value);
        momentum?.Restore(file.Load(Momentum).data<double>().ToArray());
        temperatures.Restore(file.Load(Temperatures).data<double>().ToArray());
        optimizer.Steps = step;
        parameters.Publish();
    }

    private IEnumerable<(string Name, torch.Tensor Value)> Buffers() =>
        optimizer
            .State.Prepend(("weights", parameters.Weights))
            .SelectMany(buffer =>
                parameters.Parts(buffer.Item2).Select(part => ($"{buffer.Item1}.{part.Name}", part.Value))
            );
}
