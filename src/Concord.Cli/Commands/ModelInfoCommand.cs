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
        var folder = new Argument<string>("model") { Description = "Hugging Face folder.", HelpName = "DIR" };
        var tokens = new Option<int>("--tokens")
        {
            Description = "Real tokens of a batch, for the memory needed.",
            DefaultValueFactory = _ => 4096,
            HelpName = "N",
        };
        var json = new JsonOption();
        var command = new Command(
            "info",
            "Show family, shape, parameters, files and the memory needed to score and to train."
        )
        {
            folder,
            tokens,
            json,
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
                json.Write(parse, terminal, writer => Write(writer, information, memory));
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
        Line(
            "reward head",
            model.HasRewardHead ? "yes: the folder can score" : "none: train one before scoring (concord train)"
        );
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
                $"pooling {settings.Pooling}, rendering {settings.Rendering}, truncation {settings.Truncation}, "
                    + $"{settings.Sources.Count} sources"
            );
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

    private static void Write(Utf8JsonWriter json, ModelInformation model, MemoryEstimate memory)
    {
        var shape = model.Config;
        json.WriteStartObject();
        json.WriteString("folder", model.Folder);
        json.WriteString("model_type", shape.Family.ModelType);
        json.WriteString("dtype", TypeName(shape.Dtype));
        json.WriteStartObject("shape");
        json.WriteNumber("hidden_size", shape.HiddenSize);
        json.WriteNumber("num_hidden_layers", shape.Layers);
        json.WriteNumber("num_attention_heads", shape.Heads);
        json.WriteNumber("num_key_value_heads", shape.KeyValueHeads);
        json.WriteNumber("head_dim", shape.HeadDimension);
        json.WriteNumber("intermediate_size", shape.IntermediateSize);
        json.WriteNumber("vocab_size", shape.VocabularySize);
        json.WriteNumber("max_position_embeddings", shape.MaxPositions);
        json.WriteBoolean("tie_word_embeddings", shape.TiedEmbeddings);
        json.WriteEndObject();
        json.WriteStartObject("parameters");
        json.WriteNumber("total", model.Parameters);
        json.WriteNumber("backbone", model.BackboneParameters);
        json.WriteNumber("output_projection", model.LanguageModelHeadParameters);
        json.WriteNumber("reward_head", model.RewardHeadParameters);
        json.WriteEndObject();
        json.WriteBoolean("has_reward_head", model.HasRewardHead);
        json.WriteBoolean("has_tokenizer", model.HasTokenizer);
        json.WriteBoolean("has_chat_template", model.HasChatTemplate);
        json.WriteStartObject("stored_elements");
        foreach (var (type, count) in model.StoredTypes)
            json.WriteNumber(type, count);
        json.WriteEndObject();
        json.WriteStartObject("files");
        foreach (var (name, bytes) in model.WeightFiles)
            json.WriteNumber(name, bytes);
        json.WriteEndObject();
        json.WriteStartObject("memory_bytes");
        json.WriteNumber("batch_tokens", memory.Tokens);
        json.WriteNumber("weights", memory.Weights);
        json.WriteNumber("score", memory.Score);
        json.WriteNumber("train_full", memory.TrainFull);
        json.WriteNumber("train_full_checkpointing", memory.TrainFullCheckpointing);
        json.WriteNumber("train_lora", memory.TrainLora);
        json.WriteNumber("train_lora_least", memory.TrainLoraLeast);
        json.WriteNumber("train_head", memory.TrainHead);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
