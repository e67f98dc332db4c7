using Concord.Modeling.Backbones;
using Concord.Modeling.Operations;
using static TorchSharp.torch;

namespace Concord.Modeling.Adapters;

/// <summary>The low-rank adapters on a backbone.</summary>
internal sealed class AdapterSet
{
    private sealed record Entry(AdapterTarget Target, LowRankAdapter Adapter, double Alpha);

    private readonly List<Entry> entries = [];

    private AdapterSet(LoraSettings settings) => Settings = settings;

    /// <summary>Rank, scale and targets, where a module has none of its own.</summary>
    public LoraSettings Settings { get; }

    /// <summary>The modules with an adapter, and the rank and alpha of each.</summary>
    public IReadOnlyList<(string Module, int Rank, double Alpha)> Modules =>
        [.. entries.Select(entry => (entry.Target.Module, (int)entry.Adapter.Down.Value.shape[0], entry.Alpha))];

    /// <summary>What B A is multiplied by; one value where it is the same for all modules.</summary>
    public IReadOnlyList<double> Scales
    {
        get
        {
            double[] all = [.. entries.Select(entry => entry.Adapter.Scale)];
            return all.Distinct().Count() == 1 ? [all[0]] : all;
        }
    }

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
        var modules = new AdapterModules(settings.Targets);
        string[] known = [.. Targets(backbone).Select(target => target.Module)];
        if (modules.WithoutModule(known).FirstOrDefault() is { } unknown)
            throw new ConcordException(
                $"LoRA target '{unknown}' is no linear layer of this model; it has {ShortNames(backbone)}."
            );
        using var generator = new Generator(settings.Seed);
        return Build(
            backbone,
            settings,
            modules,
            target => target.Module,
            (target, rank) =>
            {
                var inputs = target.Layer.Inputs;
                var bound = 1 / Math.Sqrt(inputs);
                return (rand([rank, inputs], generator: generator) * (2 * bound) - bound, zeros(target.Rows, rank));
            }
        );
    }

    /// <summary>Puts the adapters of a PEFT folder's tensors on a backbone.</summary>
    /// <param name="backbone">The backbone.</param>
    /// <param name="adapter">What <c>adapter_config.json</c> says.</param>
    /// <param name="moduleOf">What a target is called in the model that peft wrapped.</param>
    /// <param name="take">Gives a tensor by its name, of the shape named; an error of its own where it is missing or
    /// otherwise shaped.</param>
    /// <exception cref="ConcordException">No module is one the adapter is for, or a tensor does not fit.</exception>
    public static AdapterSet Load(
        IBackbone backbone,
        AdapterConfigFile adapter,
        Func<AdapterTarget, string> moduleOf,
        Func<string, long[], Tensor> take
    ) =>
        Build(
            backbone,
            adapter.Lora,
            adapter.Modules,
            moduleOf,
            (target, rank) =>
                (
                    take($"{moduleOf(target)}.lora_A.weight", [rank, target.Layer.Inputs]),
                    take($"{moduleOf(target)}.lora_B.weight", [target.Rows, rank])
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
        foreach (var (target, adapter, _) in entries)
            target.Layer.Adapters.Remove(adapter);
    }

    /// <summary>Puts adapters that were taken off on their layers again.</summary>
    public void PutOn()
    {
        foreach (var (target, adapter, _) in entries)
            target.Layer.Adapters.Add(adapter);
    }

    /// <summary>Adds every adapter to its weights and takes it off.</summary>
    public void Merge()
    {
        using var mode = no_grad();
        foreach (var (target, adapter, _) in entries)
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

    /// <summary>The names of a backbone's linear layers, for messages.</summary>
    public static string ShortNames(IBackbone backbone) =>
        string.Join(", ", backbone.AdapterTargets(0).Select(target => target.ShortName));

    private static IEnumerable<AdapterTarget> Targets(IBackbone backbone) =>
        Enumerable.Range(0, backbone.Config.Layers).SelectMany(backbone.AdapterTargets);

    private static AdapterSet Build(
        IBackbone backbone,
        LoraSettings settings,
        AdapterModules modules,
        Func<AdapterTarget, string> moduleOf,
        Func<AdapterTarget, int, (Tensor Down, Tensor Up)> make
    )
    {
        var set = new AdapterSet(settings);
        using var scope = NewDisposeScope();
        foreach (var target in Targets(backbone).Where(target => modules.Has(moduleOf(target))))
        {
            var module = moduleOf(target);
            var own = settings with
            {
                Rank = modules.Rank(module, settings.Rank),
                Alpha = modules.Alpha(module, settings.Alpha),
            };
            var (down, up) = make(target, own.Rank);
            var layout = new WeightLayout([Name(target, "lora_B")], [target.Rows], target.InterleavedHeads);
            var adapter = new LowRankAdapter(
                new Parameter(Name(target, "lora_A"), down, WeightLayout.Single(Name(target, "lora_A"), own.Rank)),
                new Parameter(Name(target, "lora_B"), layout.FromCheckpoint(up), layout),
                own.Scale,
                target.FirstRow
            );
            target.Layer.Adapters.Add(adapter);
            set.entries.Add(new Entry(target, adapter, own.Alpha));
        }
        return set;
    }

    private static string Name(AdapterTarget target, string part) =>
        $"{AdapterConfigFile.Prefix}{target.Module}.{part}.weight";
}
