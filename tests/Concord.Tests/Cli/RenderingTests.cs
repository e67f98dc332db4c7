using System.Text.Json;
using System.Text.Json.Nodes;
using Concord.Records;
using Xunit;

namespace Concord.Tests.Cli;

/// <summary>One rendering, decided once: data, training, evaluation and scoring take the same and say which.</summary>
public sealed class RenderingTests : IDisposable
{
    private const string ByTemplate = "rendering chat: by the chat template of its tokenizer";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private JsonElement[] Score(string model, string file, params string[] more)
    {
        var output = folder.File($"{Guid.NewGuid():n}.jsonl");
        var result = ConcordCli.Run(["score", model, file, "-o", output, .. more]).MustBeDone();
        Assert.Contains("rendering ", result.Error, StringComparison.Ordinal);
        return [.. File.ReadLines(output).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private static double[] Numbers(JsonElement line, string key) =>
        [.. line.GetProperty(key).EnumerateArray().Select(one => one.GetDouble())];

    private string CopyOf(string model)
    {
        var copy = folder.File($"{Guid.NewGuid():n}");
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(model))
            File.WriteAllBytes(Path.Combine(copy, Path.GetFileName(file)), File.ReadAllBytes(file));
        return copy;
    }

    [Fact]
    public void A_public_reward_model_reads_by_its_own_template()
    {
        var place = Shared.Path("cases", "public-rm-scored-as-hh");
        var (model, prompts) = (Path.Combine(place, "model"), Path.Combine(place, "prompts.jsonl"));
        var line = Assert.Single(Score(model, prompts));
        // transformers: apply_chat_template, then the classifier
        Assert.Equal(
            [.2435, -2.6955, .2915],
            new[] { 0, 2, 1 }.Select(i => Math.Round(Numbers(line, "rewards")[i], 4))
        );
        Assert.Equal([55, 68, 47], Numbers(line, "tokens"));
        Assert.Equal([56, 69, 48], Numbers(Assert.Single(Score(model, prompts, "--rendering", "hh")), "tokens"));
        ConcordCli
            .Run("score", model, prompts, "-o", folder.File("x"), "--rendering", "chatml")
            .MustFail(Concord.Cli.ExitCodes.Usage, "--rendering chatml", "hh, chat");
    }

    [Fact]
    public void A_template_s_special_tokens_are_all_there_are()
    {
        var place = Shared.Path("cases", "bos-added-to-chat-template");
        var line = Assert.Single(Score(Path.Combine(place, "model"), Path.Combine(place, "prompts.jsonl")));
        Assert.Equal([-.0751, -.1118], Numbers(line, "rewards").Select(reward => Math.Round(reward, 4)));
        Assert.Equal([61, 66], Numbers(line, "tokens"));
    }

    [Fact]
    public void Answers_that_begin_with_spaces_keep_their_template_and_that_is_said()
    {
        var (place, model) = (
            Shared.Path("cases", "leading-space-answers-lose-chat-template"),
            Shared.Path("cases", "_model_chat")
        );
        foreach (var name in (string[])["plain.jsonl", "spaces.jsonl", "some.jsonl"])
        {
            var data = ConcordCli.Run("data", Path.Combine(place, name), "--tokenizer", model).MustBeDone();
            Assert.Matches($@"{name} +trl +24", data.Out);
            Assert.Contains("rendering chat: as the model's concord.json says", data.Out, StringComparison.Ordinal);
            Assert.Equal(name == "spaces.jsonl" ? 1 : 0, data.Error.Split("begin with white space").Length - 1);
        }
        double[] last = Numbers(Score(model, Path.Combine(place, "some.jsonl"))[^1], "rewards"),
            plain = Numbers(Score(model, Path.Combine(place, "plain.jsonl"))[^1], "rewards");
        Assert.Equal(plain, last);
    }

    [Theory]
    [InlineData("", "chat", true)]
    [InlineData("text.rendering=hh", "hh", false)]
    public void The_folder_that_is_saved_ships_the_template_it_was_trained_by_and_no_other(
        string asked,
        string expected,
        bool ships
    )
    {
        var place = Shared.Path("cases", "trained-as-hh-shipped-with-chat-template");
        var model = CopyOf(Path.Combine(place, "base"));
        // the template in both of its places
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(model, "tokenizer_config.json")))!.AsObject();
        config["chat_template"] = File.ReadAllText(Path.Combine(model, "chat_template.jinja"));
        File.WriteAllText(Path.Combine(model, "tokenizer_config.json"), config.ToJsonString());
        var run = folder.File("run");
        string[] more = asked.Length > 0 ? [asked] : [];
        var result = ConcordCli
            .Run([
                "train",
                Path.Combine(place, "recipe.yaml"),
                $"data={place}",
                $"model={model}",
                $"output={run}",
                .. more,
            ])
            .MustBeDone();
        Assert.Contains(
            asked.Length > 0 ? "rendering hh: asked for" : ByTemplate,
            result.Error,
            StringComparison.Ordinal
        );
        // one example, before the first step
        var (example, step) = (
            result.Error.IndexOf("for instance ", StringComparison.Ordinal),
            result.Error.IndexOf("training:", StringComparison.Ordinal)
        );
        Assert.InRange(example, 0, step);
        Assert.Contains(ships ? "<|" : "\\n\\nHuman: ", result.Error[example..step], StringComparison.Ordinal);
        var saved = new RunContents(run).ModelFolder;
        Assert.Equal(expected, ConcordModelSettings.Read(saved)!.Rendering);
        Assert.Equal(ships, File.Exists(Path.Combine(saved, "chat_template.jinja")));
        Assert.Equal(ships, Tokenization.Tokenizer.Load(saved).ChatTemplate is not null);
        Assert.DoesNotContain(
            "chat_template",
            ships ? "" : File.ReadAllText(Path.Combine(saved, "tokenizer_config.json"))
        );
        // and the saved folder reads as it was trained, in every command
        var pairs = Path.Combine(place, "pairs.jsonl");
        var says = $"rendering {expected}: as the model's concord.json says";
        Assert.Contains(says, ConcordCli.Run("evaluate", saved, pairs).MustBeDone().Error, StringComparison.Ordinal);
        Assert.Contains(
            says,
            ConcordCli.Run("data", pairs, "--tokenizer", saved).MustBeDone().Out,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Sources_that_are_marked_in_different_ways_are_warned_about()
    {
        string Write(string name, Func<int, string> record)
        {
            File.WriteAllLines(folder.File(name), Enumerable.Range(0, 6).Select(record));
            return folder.File(name);
        }
        string Dialogue(string open, string answer, int i) =>
            JsonSerializer.Serialize(
                new { text = (string[])[$"{open}q{i}{answer}a", $"{open}q{i}{answer}b"], score = (int[])[1, 0] }
            );
        string messages = Write("messages.jsonl", i => $"{{\"prompt\":\"q{i}\",\"chosen\":\"a\",\"rejected\":\"b\"}}"),
            hh = Write("hh.jsonl", i => Dialogue("\n\nHuman: ", "\n\nAssistant: ", i)),
            headed = Write("headed.jsonl", i => Dialogue("## Human:\n", "\n\n## Assistant:\n", i));
        var model = Shared.Path("cases", "_model_chat");
        ConcordCli.Result Data(params string[] more) =>
            ConcordCli.Run(["data", messages, hh, headed, "--tokenizer", model, .. more]).MustBeDone();

        var mixed = Data();
        Assert.Contains("warning: the sources are marked in different ways", mixed.Error, StringComparison.Ordinal);
        Assert.Contains("headed: ## Human:", mixed.Error, StringComparison.Ordinal);
        Assert.Contains("text.dialogues=parse", mixed.Error, StringComparison.Ordinal);
        Assert.Matches("hh +6 dialogues as they are", mixed.Out);
        var parsed = Data("--dialogues", "parse");
        Assert.DoesNotContain("warning", parsed.Error, StringComparison.Ordinal);
        Assert.Matches("headed +6 dialogues, parsed", parsed.Out);
        // in hh, texts of that form and messages are marked alike
        var alike = ConcordCli.Run("data", messages, hh, "--tokenizer", model, "--rendering", "hh").MustBeDone();
        Assert.DoesNotContain("warning", alike.Error, StringComparison.Ordinal);
        var unused = ConcordCli.Run("data", hh, "--tokenizer", model).MustBeDone();
        Assert.Contains("no comparison is rendered by it", unused.Error, StringComparison.Ordinal);

        // a model keeps how it was trained
        File.WriteAllText(
            folder.File("recipe.yaml"),
            $$"""
            sources: [{files: [messages.jsonl, hh.jsonl, headed.jsonl]}]
            data: {{folder.Path}}
            model: {{model}}
            text: {dialogues: parse}
            training: {maximum_steps: 1, batches: {per_source: 2} }
            """
        );
        var run = folder.File("run");
        ConcordCli.Run("train", folder.File("recipe.yaml"), $"output={run}").MustBeDone();
        Assert.Equal("parse", ConcordModelSettings.Read(Path.Combine(run, "model"))!.Dialogues);
        Assert.Equal(
            Numbers(Score(Path.Combine(run, "model"), messages)[0], "rewards"),
            Numbers(Score(Path.Combine(run, "model"), headed)[0], "rewards")
        );
    }
}
