using System.CommandLine;
using System.Globalization;
using Concord.Cli.CommandLine;
using TorchSharp;

namespace Concord.Cli.Commands;

/// <summary><c>concord model</c>: model folders imported, made and looked at.</summary>
internal static class ModelCommand
{
    /// <summary>The command with its three subcommands.</summary>
    public static Command Create()
    {
        var command = new Command("model", "Import, make and inspect model folders.")
        {
            ModelImportCommand.Create(),
            ModelInitCommand.Create(),
            ModelInfoCommand.Create(),
        };
        return command.WithExamples(
            "concord model info models/my-model",
            "concord model import model.Q8_0.gguf -o models/my-model",
            "concord model init --config pythia-70m -o models/random"
        );
    }

    /// <summary>The option for the folder that is written.</summary>
    internal static Option<string> OutputOption() =>
        new("--output", "-o")
        {
            Description = "Folder to write.",
            Required = true,
            HelpName = "DIR",
        };

    /// <summary>The option for the type of the weights; null where it was not given.</summary>
    internal static Option<string?> TypeOption(string description) =>
        new("--dtype") { Description = description, HelpName = "fp32|bf16|fp16" };

    /// <summary>The option for the size of a shard; null where it was not given.</summary>
    internal static Option<string?> ShardOption() =>
        new("--shard-size")
        {
            Description = "Write files of at most this size (5GB, 500MB, or bytes) and an index, instead of one file.",
            HelpName = "SIZE",
        };

    /// <summary>The type a user named.</summary>
    internal static torch.ScalarType? Type(ParseResult parse, Option<string?> option) =>
        parse.GetValue(option) switch
        {
            null => null,
            "fp32" or "float32" => torch.ScalarType.Float32,
            "bf16" or "bfloat16" => torch.ScalarType.BFloat16,
            "fp16" or "float16" => torch.ScalarType.Float16,
            var other => throw new UsageException($"--dtype {other}: fp32, bf16 or fp16 was expected."),
        };

    /// <summary>The bytes a user named.</summary>
    internal static long? Bytes(ParseResult parse, Option<string?> option)
    {
        if (parse.GetValue(option) is not { } text)
            return null;
        (string Unit, long Factor)[] units =
        [
            ("GiB", 1L << 30),
            ("MiB", 1L << 20),
            ("KiB", 1L << 10),
            ("GB", 1_000_000_000),
            ("MB", 1_000_000),
            ("KB", 1000),
            ("B", 1),
            ("", 1),
        ];
        var (unit, factor) = units.First(one => text.EndsWith(one.Unit, StringComparison.OrdinalIgnoreCase));
        if (
            decimal.TryParse(
                text.AsSpan(0, text.Length - unit.Length).Trim(),
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var number
            )
            && number > 0
            && number < long.MaxValue / factor
            && (long)(number * factor) is > 0 and var bytes
        )
            return bytes;
        throw new UsageException($"{option.Name} {text}: a size above 0 was expected, for instance 5GB or 500MB.");
    }

    /// <summary>Bytes as people say them.</summary>
    internal static string Size(long bytes) =>
        bytes switch
        {
            < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB"),
            < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.00} GB"),
        };

    /// <summary>A count with separators.</summary>
    internal static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);
}
