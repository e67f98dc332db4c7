using System.CommandLine;
using Concord.Modeling.Rewards;
using Concord.Runs;

namespace Concord.Cli.CommandLine;

/// <summary>The options <c>--device</c> and <c>--precision</c> of commands that only compute rewards.</summary>
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

    /// <summary>Both.</summary>
    public IReadOnlyList<Option> Options => [device, precision];

    /// <summary>Adds both to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(device);
        command.Add(precision);
    }

    /// <summary>How to open a model: its weights are held as they are stored.</summary>
    /// <exception cref="UsageException">Neither fp32 nor bf16.</exception>
    /// <exception cref="ConcordException">The device is unknown, or not on this machine.</exception>
    public RewardModelOptions Read(ParseResult parse)
    {
        var named = parse.GetValue(precision);
        if (named is not ("fp32" or "bf16"))
            throw new UsageException($"--precision {named}: fp32 or bf16 was expected.");
        return new RewardModelOptions
        {
            WeightType = null,
            Device = DeviceName.Parse(parse.GetValue(device)!),
            Bf16Products = named == "bf16",
        };
    }
}
