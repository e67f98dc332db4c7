using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Concord.Cli.CommandLine;
using Concord.Modeling.Backbones;
using Concord.Modeling.Folders;
using TorchSharp;

namespace Concord.Cli.Commands;

/// <summary><c>concord model info</c>: what a folder holds and what working with it takes.</summary>
internal static class ModelInfoCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("model")
        {
            Description = "Hugging Face folder, an adapter's, or a run's for its model.",
            HelpName = "DIR",
        };
        var tokens = new Option<int>("--tokens")
        {
            Description = "Real tokens of a batch, for the memory needed.",
            DefaultValueFactory = _ => 4096,
            HelpName = "N",
        };
        var json = new JsonOption("model_type", "stored_elements", "memory_bytes");
        var command = new Command(
            "info",
            "Show family, shape, parameters, files and the memory needed to score and to train."
        )
        {
            folder,
            tokens,
            json,
            json.Force,
        };
        command.WithExamples(
            "concord model info models/my-model",
            "concord model info models/my-model --tokens 8192 --json"
        );
        return command.Handle(
            (parse, terminal, _) =>
            {
                json.Check(parse);
                if (parse.GetValue(tokens) < 1)
                    throw new UsageException(
                        $"--tokens {parse.GetValue(tokens).ToString(CultureInfo.InvariantCulture)}: 1 or more was "
                            + $"expected."
                    );
                var information = ModelInformation.Read(parse.GetValue(folder)!);
                var memory = new MemoryEstimate(
                    information.Config with
                    {
                        Dtype = information.StoredType,
                    },
                    parse.GetValue(tokens)
                );
                Show(json.ForPeople(parse, terminal).Out, information, memory);
                json.Write(
                    parse,
                    terminal,
                    writer =>
                        JsonSerializer.Serialize(
                            writer,
                            ModelInfoResult.Of(information, memory),
                            ResultJson.Default.ModelInfoResult
                        )
                );
                return ExitCodes.Done;
            }
        );
    }

    /// <summary>The name of a type as in <c>config.json</c>.</summary>
    internal static string TypeName(torch.ScalarType type) =>
        type switch
        {
            torch.ScalarType.BFloat16 => "bfloat16",
            torch.ScalarType.Float16 => "float16",
            torch.ScalarType.Float64 => "float64",
            _ => "float32",
        };

    private static void Show(TextWriter output, ModelInformation model, MemoryEstimate memory)
    {
        var shape = model.Config;
        Line("family", $"{shape.Family} ({shape.Family.ModelType})");
        Line(
            "shape",
            $"{shape.Layers} layers, hidden {shape.HiddenSize}, {shape.Heads} heads ({shape.KeyValueHeads} "
                + $"key-value) of "
                + $"{shape.HeadDimension}, intermediate {shape.IntermediateSize}, vocabulary "
                + $"{ModelCommand.Count(shape.VocabularySize)}"
        );
        var window = shape.SlidingWindow is { } width ? $", sliding window {ModelCommand.Count(width)}" : "";
        Line("context", $"{ModelCommand.Count(shape.MaxPositions)} tokens{window}, {Rope(shape)}");
        Line("embedding", shape.TiedEmbeddings ? "tied to the output projection" : "apart from the output projection");
        Line(
            "parameters",
            $"{ModelCommand.Count(model.Parameters)}: backbone {ModelCommand.Count(model.BackboneParameters)}, output "
                + $"projection {ModelCommand.Count(model.LanguageModelHeadParameters)}, reward head "
                + $"{ModelCommand.Count(model.RewardHeadParameters)}"
        );
        Line("reward head", model.RewardHead ?? "none: train one before scoring (concord train)");
        if (model.Adapter is { } adapter)
        {
            Line(
                "adapter",
                FormattableString.Invariant(
                    $"LoRA of rank {adapter.Rank}, alpha {adapter.Alpha}{(adapter.RankStabilised ? " (rsLoRA)" : "")}, "
                )
                    + $"{ModelCommand.Count(adapter.Parameters)} weights in {ModelCommand.Count(adapter.Tensors)} tensors "
                    + $"on {string.Join(", ", adapter.Modules)}"
            );
            Line("base", adapter.BaseFolder);
        }
        Line(
            "weights",
            model.WeightFiles.Count == 0
                ? $"none in the folder ({TypeName(shape.Dtype)} by its config)"
                : $"{string.Join(", ", model.StoredTypes.Select(type => type.Key))}, "
                    + $"{ModelCommand.Size(model.WeightFiles.Sum(file => file.Bytes))} in {Files(model)}"
        );
        Line(
            "tokenizer",
            $"{(model.HasTokenizer ? "yes" : "none: only token ids can be read")}; chat template: "
                + $"{(model.HasChatTemplate ? "yes" : "none")}"
        );
        if (model.Settings is { } settings)
            Line(
                "concord",
                $"pooling {settings.Pooling}, rendering {settings.Rendering ?? "by the chat template, else hh"}, truncation {settings.Truncation}, "
                    + $"{settings.Sources.Count} sources"
            );
        foreach (var note in model.Notes)
            Line("note", note);
        output.WriteLine();
        output.WriteLine(
            $"memory, about (batches of {ModelCommand.Count(memory.Tokens)} real tokens, without the process itself):"
        );
        Line("  score", $"{ModelCommand.Size(memory.Score)}, weights held as stored ({TypeName(model.StoredType)})");
        Line(
            "  train full",
            $"{ModelCommand.Size(memory.TrainFull)}; {ModelCommand.Size(memory.TrainFullCheckpointing)} with "
                + $"activation checkpointing"
        );
        Line(
            "  train lora",
            $"{ModelCommand.Size(memory.TrainLora)}; {ModelCommand.Size(memory.TrainLoraLeast)} with checkpointing "
                + $"and model.weights: bf16"
        );
        Line("  train head", ModelCommand.Size(memory.TrainHead));

        void Line(string label, string text) => output.WriteLine($"{label, -13}{text}");
    }

    private static string Files(ModelInformation model) =>
        model.WeightFiles.Count == 1
            ? model.WeightFiles[0].Name
            : $"{model.WeightFiles.Count.ToString(CultureInfo.InvariantCulture)} shards, "
                + $"{model.WeightFiles[0].Name} to {model.WeightFiles[^1].Name}";

    private static string Rope(BackboneConfig shape)
    {
        var scaling = shape.RopeScaling switch
        {
            null => "",
            { Kind: RopeScalingKind.Linear } linear => FormattableString.Invariant($", scaled by {linear.Factor}"),
            var llama => FormattableString.Invariant($", Llama 3 scaling by {llama.Factor}"),
        };
        var part = shape.RotaryFraction < 1 ? $" on {shape.RotaryDimension} of {shape.HeadDimension} dimensions" : "";
        return FormattableString.Invariant($"rotary base {shape.RopeTheta}{part}{scaling}");
    }
}
