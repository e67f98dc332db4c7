using System.CommandLine;
using Concord.Cli.CommandLine;
using Concord.Cli.Terminals;
using Concord.Foundation;
using Concord.Modeling.Files;
using Concord.Modeling.Folders;

namespace Concord.Cli.Commands;

/// <summary><c>concord model init</c>: a random checkpoint of any shape.</summary>
internal static class ModelInitCommand
{
    public static Command Create()
    {
        var config = new Option<string[]>("--config")
        {
            Description =
                "Preset, config.json (or a folder with one), and KEY=VALUE of config.json set on top, in any "
                + "number.",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
            Required = true,
            HelpName = "PRESET|FILE|KEY=VALUE",
        };
        var output = ModelCommand.OutputOption();
        var seed = new Option<ulong>("--seed")
        {
            Description = "Seed of the weights.",
            DefaultValueFactory = _ => 1,
            HelpName = "N",
        };
        var type = ModelCommand.TypeOption("Type of the weights; that of the config unless given.");
        var tokenizer = new Option<string?>("--tokenizer")
        {
            Description = "Folder whose tokenizer files are copied.",
            HelpName = "DIR",
        };
        var shard = ModelCommand.ShardOption();
        var command = new Command(
            "init",
            "Write a random checkpoint of any shape: weights normal(0, 0.02), norms 1, biases 0."
        )
        {
            config,
            output,
            seed,
            type,
            tokenizer,
            shard,
        };
        command.WithNote(() => $"Presets: {string.Join(", ", ModelPresets.Names)}.");
        command.WithExamples(
            "concord model init --config pythia-70m -o models/random",
            "concord model init --config llama-7b num_hidden_layers=2 -o models/two-layers --dtype bf16 "
                + "--shard-size 500MB",
            "concord model init --config model_type=llama hidden_size=64 num_hidden_layers=2 num_attention_heads=4 "
                + "intermediate_size=128 "
                + "vocab_size=512 -o models/tiny --seed 7"
        );
        return command.Handle(
            (parse, terminal, cancellation) =>
            {
                var folder = parse.GetValue(output)!;
                var assembly = Assemble(parse.GetValue(config)!);
                if (ModelCommand.Type(parse, type) is { } written)
                    assembly.Set("dtype", ModelInfoCommand.TypeName(written));
                var largest = ModelCommand.Bytes(parse, shard);
                var from = parse.GetValue(tokenizer);
                if (from is not null && !ModelFolder.HasTokenizer(from))
                    throw new ConcordException(
                        $"{from} has neither tokenizer.json nor tokenizer.model. Name the folder of a tokenizer."
                    );
                AtomicFolder.CheckNew(folder);
                ConcordRuntime.RequireLibtorch();
                var shape = assembly.Read();
                IReadOnlyList<string> files;
                using (
                    var progress = new Progress(terminal, "writing", RandomCheckpoint.CountWeights(shape), "weights")
                )
                    files = RandomCheckpoint.Write(
                        folder,
                        assembly,
                        parse.GetValue(seed),
                        largest,
                        count => progress.Add(count),
                        from,
                        cancellation
                    );
                var bytes = files.Sum(name => new FileInfo(Path.Combine(folder, name)).Length);
                terminal.Out.WriteLine(
                    $"{folder}: {ModelCommand.Count(RandomCheckpoint.CountWeights(shape))} random weights as "
                        + $"{ModelInfoCommand.TypeName(shape.Dtype)} in {string.Join(", ", files)} "
                        + $"({ModelCommand.Size(bytes)})"
                );
                return ExitCodes.Done;
            }
        );
    }

    private static ConfigAssembly Assemble(string[] parts)
    {
        ConfigAssembly? assembly = null;
        foreach (var part in parts)
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (File.Exists(part) || Directory.Exists(part) || at < 1)
            {
                if (assembly is not null)
                    throw new UsageException(
                        $"--config {part}: one preset or file was expected, first, and KEY=VALUE after it."
                    );
                assembly = Start(part);
                continue;
            }
            var key = part[..at];
            if (!ConfigAssembly.SettableKeys.Contains(key))
                throw new UsageException(
                    $"--config {part}: {key} is no key of a model config. Did you mean "
                        + $"{NearestName.Nearest(key, ConfigAssembly.SettableKeys)}?"
                );
            assembly = (assembly ?? ConfigAssembly.Empty()).Set(key, part[(at + 1)..]);
        }
        return assembly!;
    }

    private static ConfigAssembly Start(string part)
    {
        if (File.Exists(part) || Directory.Exists(part))
            return ConfigAssembly.FromFile(part);
        if (ModelPresets.Find(part) is { } preset)
            return ConfigAssembly.From(preset);
        var advice = NearestName.Find(part, ModelPresets.Names) is { } nearest
            ? $"Did you mean {nearest}?"
            : $"Presets are {string.Join(", ", ModelPresets.Names)}.";
        throw new UsageException($"--config {part} is neither a file, a folder, KEY=VALUE nor a preset. {advice}");
    }
}
