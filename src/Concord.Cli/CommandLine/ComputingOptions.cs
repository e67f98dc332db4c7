using System.CommandLine;
using Concord.Modeling.Rewards;
using Concord.Runs;

namespace Concord.Cli.CommandLine;

/// <summary>The options of commands that only compute rewards: how a model is opened, and reads texts.</summary>
internal sealed class ComputingOptions
{
    private readonly Option<string> device = new("--device")
    {
        Description = "Where to compute: cpu, cuda, cuda:1.",
        DefaultValueFactory = _ => "cpu",
        HelpName = "NAME",
    };

    private readonly Option<string> precision = new("--precision")
    {
        Description =
            "Of the matrix products: bf16 takes less time where the processor has AVX512_BF16, and rewards are "
            + "rounded with it.",
        DefaultValueFactory = _ => "fp32",
        HelpName = "fp32|bf16",
    };

    private readonly ReadingOptions reading = new();

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> Options => [.. reading.Options, device, precision];

    /// <summary>Adds all to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in Options)
            command.Add(option);
    }

    /// <summary>How to open a model: its weights are held as they are stored.</summary>
    /// <exception cref="UsageException">A value is none of those known.</exception>
    /// <exception cref="ConcordException">The device is unknown, or not on this machine.</exception>
    public RewardModelOptions Read(ParseResult parse)
    {
        var named = parse.GetValue(precision);
        if (named is not ("fp32" or "bf16"))
            throw new UsageException($"--precision {named}: fp32 or bf16 was expected.");
        return new RewardModelOptions
        {
            WeightType = null,
            Rendering = reading.Rendering(parse),
            Dialogues = reading.Dialogues(parse),
            Device = Device(parse.GetValue(device)!),
            Bf16Products = named == "bf16",
        };
    }

    private static TorchSharp.torch.Device Device(string named)
    {
        ConcordRuntime.RequireLibtorch();
        try
        {
            return DeviceName.Parse(named);
        }
        catch (ConcordException error)
        {
            throw new UsageException($"--device {named}: {error.Message}");
        }
    }
}
