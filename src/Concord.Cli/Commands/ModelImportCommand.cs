using System.CommandLine;
using Concord.Cli.CommandLine;
using Concord.Cli.Terminals;
using Concord.Foundation;
using Concord.Modeling.Backbones;
using Concord.Modeling.Folders;
using TorchSharp;

namespace Concord.Cli.Commands;

/// <summary><c>concord model import</c>: a GGUF file becomes a Hugging Face folder.</summary>
internal static class ModelImportCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file")
        {
            Description = "GGUF file of F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K to Q6_K, IQ4_NL or IQ4_XS.",
            HelpName = "X.gguf",
        };
        var output = ModelCommand.OutputOption();
        var type = ModelCommand.TypeOption(
            "Type of the weights written; fp32, which keeps every value of the file, unless given."
        );
        var tokenizer = new Option<string?>("--tokenizer")
        {
            Description = "Folder with the tokenizer's files; that of the GGUF file unless given.",
            HelpName = "DIR",
        };
        var shard = ModelCommand.ShardOption();
        var command = new Command("import", "Turn a GGUF file into a Hugging Face folder.")
        {
            file,
            output,
            type,
            tokenizer,
            shard,
        };
        command.WithNote(() =>
            $"Architectures of GGUF files that are read: {string.Join(", ", BackboneFamilies.GgufArchitectures)}."
        );
        command.WithExamples(
            "concord model import SmolLM2-135M-Instruct.Q4_1.gguf -o models/smollm2",
            "concord model import llama.Q8_0.gguf -o models/llama --dtype bf16 --tokenizer models/llama-tokenizer "
                + "--shard-size 5GB"
        );
        return command.Handle(
            (parse, terminal, cancellation) =>
            {
                var folder = parse.GetValue(output)!;
                var options = new GgufImportOptions
                {
                    Type = ModelCommand.Type(parse, type) ?? torch.ScalarType.Float32,
                    LargestShard = ModelCommand.Bytes(parse, shard),
                    TokenizerFolder = parse.GetValue(tokenizer),
                };
                AtomicFolder.CheckNew(folder);
                ConcordRuntime.RequireLibtorch();
                GgufImportResult result;
                using (
                    var progress = new Progress(
                        terminal,
                        "importing",
                        GgufImport.CountWeights(parse.GetValue(file)!),
                        "weights"
                    )
                )
                    result = GgufImport.Run(
                        parse.GetValue(file)!,
                        folder,
                        options,
                        count => progress.Add(count),
                        cancellation
                    );
                Report(terminal, parse.GetValue(file)!, folder, result);
                return ExitCodes.Done;
            }
        );
    }

    private static void Report(Terminal terminal, string file, string folder, GgufImportResult result)
    {
        var bytes = result.WeightFiles.Sum(name => new FileInfo(Path.Combine(folder, name)).Length);
        terminal.Out.WriteLine(
            $"{folder}: {ModelCommand.Count(result.ParameterCount)} weights as "
                + $"{ModelInfoCommand.TypeName(result.Config.Dtype)} in "
                + $"{string.Join(", ", result.WeightFiles)} ({ModelCommand.Size(bytes)})"
        );
        foreach (var sentence in result.LeftOut)
            terminal.Out.WriteLine($"left out: {sentence}");
        if (result.CopiedFiles.Count > 0)
            terminal.Out.WriteLine($"copied: {string.Join(", ", result.CopiedFiles)}");
        if (!result.HasTokenizer)
            terminal.Out.WriteLine(
                $"missing: tokenizer files, none lie beside {file}; without tokenizer.json or tokenizer.model the "
                    + $"model reads only token "
                    + "ids. Name their folder with --tokenizer DIR."
            );
        if (!result.HasChatTemplate)
            terminal.Out.WriteLine(
                $"missing: a chat template; chats cannot be rendered in the model's own "
                    + $"form.{(result.HasTokenizer ? "" : " It comes with the tokenizer files.")}"
            );
    }
}
