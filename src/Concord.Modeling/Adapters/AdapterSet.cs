using Concord.Modeling.Backbones;
using Concord.Modeling.Operations;
using static TorchSharp.torch;

namespace Concord.Modeling.Adapters;

/// <summary>The low-rank adapters on a backbone.</summary>
internal sealed class AdapterSet
{
    private sealed record Entry(AdapterTarget Target, LowRankAdapter Adapter);

    private readonly List<Entry> entries = [];

    private AdapterSet(LoraSettings settings) => Settings = settings;

    /// <summary>Rank, scale and targets.</summary>
    public LoraSettings Settings { get; }

    /// <summary>A and B of every adapter.</summary>
    public IReadOnlyList<Parameter> Parameters =>
        [.. entries.SelectMany(entry => new[] { entry.Adapter.Down, entry.Adapter.Up })];

    /// <summary>
    /// Puts fresh adapters on a backbone: A uniform within 1 / sqrt(in) (as PEFT begins), B zero, so that the model is
    /// unchanged at first.
    /// </summary>
    /// <exception cref="ConcordException">A target names no linear layer of this family.</exception>
    public static AdapterSet Create(IBackbone backbone, LoraSettings settings)
    {
        using var generator = new Generator(settings.Seed);
        return Build(
            backbone,
            settings,
            (target, inputs) =>
            {
                var bound = 1 / Math.Sqrt(inputs);
                return (
                    rand([settings.Rank, inputs], generator: generator) * (2 * bound) - bound,
                    zeros(target.Rows, settings.Rank)
                );
            }
        );
    }

    /// <summary>Puts the adapters of a PEFT folder's tensors on a backbone.</summary>
    /// <param name="backbone">The backbone.</param>
    /// <param name="settings">What <c>adapter_config.json</c> says.</param>
    /// <param name="take">Gives a tensor by its name, of the shape named; an error of its own where it is missing or
    /// otherwise shaped.</param>
    public static AdapterSet Load(IBackbone backbone, LoraSettings settings, Func<string, long[], Tensor> take) =>
        Build(
            backbone,
            settings,
            (target, inputs) =>
                (
                    take(Name(target, "lora_A"), [settings.Rank, inputs]),
                    take(Name(target, "lora_B"), [target.Rows, settings.Rank])
                )
        );

    /// <summary>All tensors in PEFT's names and order of rows.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Tensors(Func<Parameter, Tensor> of) =>
        entries.SelectMany(entry =>
            entry
                .Adapter.Down.Layout.Split(of(entry.Adapter.Down))
                .Concat(entry.Adapter.Up.Layout.Split(of(entry.Adapter.Up)))
        );

    /// <summary>Takes the adapters off their layers; the weights stay as they are.</summary>
    public void TakeOff()
    {
        foreach (var (target, adapter) in entries)
            target.Layer.Adapters.Remove(adapter);
    }

    /// <summary>Puts adapters that were taken off on their layers again.</summary>
    public void PutOn()
    {
        foreach (var (target, adapter) in entries)
            target.Layer.Adapters.Add(adapter);
    }

    /// <summary>Adds every adapter to its weights and takes it off.</summary>
    public void Merge()
    {
        using var mode = no_grad();
        foreach (var (target, adapter) in entries)
        {
            using var scope = NewDisposeScope();
            var weight = target.Layer.Weight.Value.narrow(0, adapter.FirstRow, adapter.Rows);
            weight.copy_(
                (weight.to_type(ScalarType.Float32) + adapter.Up.Value.mm(adapter.Down.Value) * adapter.Scale).to_type(
                    weight.dtype
                )
            );
            target.Layer.Weight.MarkChanged();
            target.Layer.Adapters.Remove(adapter);
            adapter.Up.Dispose();
            adapter.Down.Dispose();
        }
        entries.Clear();
    }

    private static AdapterSet Build(
        IBackbone backbone,
        LoraSettings settings,
        Func<AdapterTarget, int, (Tensor Down, Tensor Up)> make
    )
    {
        var set = new AdapterSet(settings);
        var known = backbone.AdapterTargets(0).Select(target => target.ShortName).ToArray();
        if (settings.Targets.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
            throw new ConcordException(
                $"LoRA target '{unknown}' is no linear layer of this model; it has {string.Join(", ", known)}."
            );
        using var scope = NewDisposeScope();
        foreach (var target in Enumerable.Range(0, backbone.Config.Layers).SelectMany(backbone.AdapterTargets))
        {
            if (settings.Targets.Count > 0 && !settings.Targets.Contains(target.ShortName))
                continue;
            var (down, up) = make(target, target.Layer.Inputs);
            var layout = new WeightLayout([Name(target, "lora_B")], [target.Rows], target.InterleavedHeads);
            var adapter = new LowRankAdapter(
                new Parameter(Name(target, "lora_A"), down, WeightLayout.Single(Name(target, "lora_A"), settings.Rank)),
                new Parameter(Name(target, "lora_B"), layout.FromCheckpoint(up), layout),
                settings.Scale,
                target.FirstRow
            );
            target.Layer.Adapters.Add(adapter);
            set.entries.Add(new Entry(target, adapter));
        }
        return set;
    }

    private static string Name(AdapterTarget target, string part) => $"base_model.model.{target.Module}.{part}.weight";
}
