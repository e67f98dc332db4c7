using Concord.Modeling.Files;
using Concord.Training.Optimizers;
using Concord.Training.State;
using TorchSharp;

namespace Concord.Training.Checkpoints;

/// <summary>All numbers a run must have to go on, by name: whatever its parts hand in.</summary>
internal sealed class StateTensors
{
    private readonly FlatParameters parameters;
    private readonly IReadOnlyList<IStateful> parts;

    /// <summary>Collects the state of a run.</summary>
    /// <param name="parameters">Takes numbers of trained weights apart by parameter.</param>
    /// <param name="others">The other parts that remember something.</param>
    /// <exception cref="ArgumentException">Two of them remember something under one name.</exception>
    public StateTensors(FlatParameters parameters, params IReadOnlyList<IStateful> others)
    {
        this.parameters = parameters;
        parts = [parameters, .. others];
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in parts.SelectMany(part => part.State))
            if (!names.Add(entry.Name))
                throw new ArgumentException(
                    $"Two parts of the run remember something as `{entry.Name}`: give one of them another name.",
                    nameof(others)
                );
    }

    /// <summary>The tensors by name, made in the caller's dispose scope.</summary>
    public IEnumerable<(string Name, torch.Tensor Value)> All()
    {
        foreach (var entry in parts.SelectMany(part => part.State))
            if (entry is StateBuffer buffer)
                foreach (var tensor in Tensors(buffer))
                    yield return tensor;
            else if (entry is StateArray array)
                yield return (array.Name, torch.tensor(array.Values.ToArray(), torch.float64));
    }

    /// <summary>Puts a checkpoint's numbers back, to the last bit.</summary>
    /// <param name="file">The checkpoint's tensors.</param>
    /// <exception cref="ConcordException">It holds other numbers than this run keeps.</exception>
    public void Load(SafetensorsFile file)
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        Check(file);
        foreach (var part in parts)
        {
            foreach (var entry in part.State)
                if (entry is StateBuffer buffer)
                    foreach (var (name, value) in Tensors(buffer))
                        file.LoadInto(name, value);
                else if (entry is StateArray array)
                    file.Load(array.Name).data<double>().ToArray().CopyTo(array.Values);
            part.Restored();
        }
    }

    private void Check(SafetensorsFile file)
    {
        var kept = All().ToDictionary(tensor => tensor.Name, tensor => tensor.Value.shape, StringComparer.Ordinal);
        var other =
            kept.Keys.FirstOrDefault(name => !file.Contains(name)) is { } missing ? $"lacks `{missing}`"
            : file.Names.FirstOrDefault(name => !kept.ContainsKey(name)) is { } unknown ? $"has `{unknown}` besides"
            : kept.Keys.FirstOrDefault(name => !file.Shape(name).SequenceEqual(kept[name])) is { } changed
                ? $"has `{changed}` in another shape"
            : null;
        if (other is not null)
            throw new ConcordException(
                $"{file.Path} is not the state of such a run (it {other}): it was written by another version of "
                    + $"Concord or under another weighting. Start the run again in another output folder."
            );
    }

    private IEnumerable<(string Name, torch.Tensor Value)> Tensors(StateBuffer buffer) =>
        parameters.Parts(buffer.Values).Select(part => ($"{buffer.Name}.{part.Name}", part.Value));
}
