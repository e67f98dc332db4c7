using Concord.Calibration;
using Concord.Cli;
using Xunit;

namespace Concord.Tests.Cli;

/// <summary>No option that names a file to write costs a user another file.</summary>
public sealed class OutputOptionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static string Model => Shared.Path("golden", "rewards", "llama_gqa", "model");

    public void Dispose() => folder.Dispose();

    private string Pairs(string name = "in.jsonl")
    {
        File.WriteAllLines(
            folder.File(name),
            Enumerable
                .Range(0, 4)
                .Select(i => $"{{\"prompt_ids\": [{i + 3}], \"chosen_ids\": [{i + 5}, 9], \"rejected_ids\": [8, 7]}}")
        );
        return folder.File(name);
    }

    private static void Unchanged(string file, Action action)
    {
        var before = File.ReadAllBytes(file);
        action();
        Assert.Equal(before, File.ReadAllBytes(file));
    }

    [Fact]
    public void Score_spares_its_input_other_files_and_what_lies_where_its_part_would()
    {
        var input = Pairs();
        Unchanged(
            input,
            () => ConcordCli.Run("score", Model, input, "-o", input).MustFail(ExitCodes.Failed, "what is read here")
        );
        File.CreateSymbolicLink(folder.File("link.jsonl"), input);
        Unchanged(
            input,
            () =>
                ConcordCli
                    .Run("score", Model, input, "-o", folder.File("link.jsonl"))
                    .MustFail(ExitCodes.Failed, "read")
        );
        var other = Pairs("other.jsonl");
        Unchanged(
            other,
            () => ConcordCli.Run("score", Model, input, "-o", other).MustFail(ExitCodes.Failed, "not a file of scores")
        );
        var partial = Pairs("o.jsonl.partial");
        Unchanged(
            partial,
            () =>
                ConcordCli
                    .Run("score", Model, input, "-o", folder.File("o.jsonl"))
                    .MustFail(ExitCodes.Failed, "o.jsonl.partial", "not the part of an interrupted")
        );
        ConcordCli.Run("score", Model, input, "-o", folder.File("scores.jsonl")).MustBeDone();
        File.CreateSymbolicLink(folder.File("again.jsonl"), "scores.jsonl");
        ConcordCli.Run("score", Model, input, "-o", folder.File("again.jsonl")).MustBeDone();
        Assert.Equal("scores.jsonl", new FileInfo(folder.File("again.jsonl")).LinkTarget);
    }

    [Fact]
    public void Saved_scores_and_json_spare_inputs_and_each_other()
    {
        ScoresFile.Write(folder.File("a.jsonl"), Simulated.Pairs(30, 1));
        var scores = folder.File("a.jsonl");
        string[] Evaluate(params string[] more) => ["evaluate", "--scores", scores, "--bootstrap", "0", .. more];
        Unchanged(
            scores,
            () =>
            {
                ConcordCli.Run(Evaluate("--save-scores", scores)).MustFail(ExitCodes.Failed, "what is read here");
                ConcordCli.Run(Evaluate("--json", scores)).MustFail(ExitCodes.Usage, "what is read here");
            }
        );
        ConcordCli
            .Run(Evaluate("--save-scores", folder.File("out"), "--json", folder.File("out")))
            .MustFail(ExitCodes.Usage, "--json");
        var input = Pairs();
        Unchanged(
            input,
            () =>
                ConcordCli
                    .Run(Evaluate("--save-scores", input))
                    .MustFail(ExitCodes.Failed, "not a file of saved scores")
        );
    }

    [Fact]
    public void Json_takes_the_place_of_an_earlier_result_of_its_command_alone()
    {
        File.WriteAllText(folder.File("config.json"), "{\"model_type\": \"llama\"}");
        Unchanged(
            folder.File("config.json"),
            () =>
                ConcordCli
                    .Run("data", Pairs(), "--json", folder.File("config.json"))
                    .MustFail(ExitCodes.Usage, "not an earlier result")
        );
        ConcordCli.Run("data", Pairs(), "--json", folder.File("data.json")).MustBeDone();
        ConcordCli.Run("data", Pairs(), "--json", folder.File("data.json")).MustBeDone();
    }

    [Fact]
    public void Quickstart_spares_a_folder_of_data_that_is_not_its_own()
    {
        Directory.CreateDirectory(folder.File("q/data/train"));
        File.WriteAllText(folder.File("q/data/train/mine.jsonl"), "mine");
        ConcordCli.Run("quickstart", "-o", folder.File("q")).MustFail(ExitCodes.Failed, "no population");
        Assert.Equal(["data"], Directory.GetFileSystemEntries(folder.File("q")).Select(Path.GetFileName));
    }

    [Fact]
    public void A_file_named_twice_is_refused()
    {
        var input = Pairs();
        File.CreateSymbolicLink(folder.File("link.jsonl"), input);
        ConcordCli.Run("data", input, input).MustFail(ExitCodes.Usage, "named twice");
        ConcordCli.Run("data", input, folder.File("link.jsonl")).MustFail(ExitCodes.Usage, "are one file");
        ConcordCli.Run("evaluate", Model, input, input).MustFail(ExitCodes.Usage, "named twice");
        ConcordCli.Run("evaluate", "--scores", input, input).MustFail(ExitCodes.Usage, "named twice");
        Assert.Contains(
            "given twice",
            Assert.Throws<ConcordException>(() => PreferenceData.Read(input, input)).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<ConcordException>(() => PreferenceData.Read(new PreferenceSource { Files = [input, input] }));
        PreferenceData.Read(
            new PreferenceSource { Name = "one", Files = [input] },
            new PreferenceSource { Name = "other", Files = [input] }
        );
    }

    [Fact]
    public void Evaluate_refuses_options_that_mean_nothing_beside_the_others()
    {
        ScoresFile.Write(folder.File("a.jsonl"), Simulated.Pairs(30, 1));
        var (scores, input) = (folder.File("a.jsonl"), Pairs());
        void Refused(string option, params string[] arguments) =>
            ConcordCli.Run(["evaluate", .. arguments]).MustFail(ExitCodes.Usage, option, "Leave it out");
        Refused("--baseline", "--scores", scores, "--baseline", "top");
        Refused("--baseline", Model, input, "--baseline", "top");
        Refused("--single", Model, input, "--single", "a=b");
        Refused("--precision", "--scores", scores, "--precision", "bf16");
        Refused("--device", "--scores", scores, "--device", "cpu");
        Refused("--max-length", "--scores", scores, "--max-length", "10");
        Refused("--format", "--single", $"s={scores}", "--baseline", "top", "--format", "pairs");
        Refused("--source", "--scores", scores, "--source", "s");
    }

    [Fact]
    public void A_Single_has_one_source_and_one_file()
    {
        ScoresFile.Write(folder.File("a.jsonl"), Simulated.Pairs(30, 1));
        var scores = folder.File("a.jsonl");
        void Refused(string why, params string[] singles) =>
            ConcordCli
                .Run(["evaluate", "--baseline", "top", .. singles.SelectMany(one => new[] { "--single", one })])
                .MustFail(ExitCodes.Usage, why);
        Refused("one file of scores to two sources", $"a={scores}", $"b={scores}");
        Refused("the source a twice", $"a={scores}", $"a={folder.File("b.jsonl")}");
    }

    [Fact]
    public void A_temperature_of_no_source_is_refused_before_a_model_is_opened()
    {
        ConcordCli
            .Run("evaluate", folder.File("no-model"), Pairs(), "--temperature", "nosuch=.5")
            .MustFail(ExitCodes.Usage, "--temperature names source nosuch");
        ConcordCli
            .Run("evaluate", folder.File("no-model"), Pairs(), "--temperature", "in=1", "--temperature", "in=2")
            .MustFail(ExitCodes.Usage, "twice");
    }

    [Fact]
    public void Text_for_a_model_without_a_tokenizer_is_refused_before_anything_is_written()
    {
        File.WriteAllText(folder.File("text.jsonl"), "{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"c\"}\n");
        ConcordCli
            .Run("score", Model, folder.File("text.jsonl"), "-o", folder.File("out.jsonl"))
            .MustFail(ExitCodes.Failed, "holds no tokenizer", "line 1");
        Assert.Equal(["text.jsonl"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Force_replaces_another_file_and_no_input_link_or_device()
    {
        var (input, other) = (Pairs(), Pairs("other.jsonl"));
        Unchanged(
            input,
            () =>
                ConcordCli
                    .Run("score", Model, input, "-o", input, "--force")
                    .MustFail(ExitCodes.Failed, "what is read here")
        );
        File.CreateSymbolicLink(folder.File("planted.jsonl.partial"), other);
        Unchanged(
            other,
            () =>
                ConcordCli
                    .Run("score", Model, input, "-o", folder.File("planted.jsonl"), "--force")
                    .MustFail(ExitCodes.Failed, "planted.jsonl.partial", "is a link")
        );
        ConcordCli.Run("score", Model, input, "-o", other, "--force").MustBeDone();
        Assert.StartsWith("{\"version\":1,", File.ReadAllText(other), StringComparison.Ordinal);
        File.WriteAllText(folder.File("config.json"), "{\"model_type\": \"llama\"}");
        ConcordCli.Run("data", input, "--json", folder.File("config.json"), "--force").MustBeDone();
        Assert.Contains("\"contradictions\"", File.ReadAllText(folder.File("config.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Devices_and_standard_output_are_written_to_as_the_system_would()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/null is asked for");
        var input = Pairs();
        ConcordCli.Run("score", Model, input, "-o", "/dev/null").MustBeDone();
        ConcordCli.Run("data", input, "--json", "/dev/null").MustBeDone();
        Assert.False(Concord.Foundation.FileTypes.IsRegular("/dev/null"));
        Assert.False(File.Exists("/dev/null.partial"));
        var shown = ConcordCli.Run("data", input, "--json").MustBeDone();
        Assert.Equal(shown.Out, ConcordCli.Run("data", input, "--json", "/dev/stdout").MustBeDone().Out);
        Assert.Equal(4, ConcordCli.Run("score", Model, input, "-o", "-").MustBeDone().Lines.Length);
    }

    [Fact]
    public void A_model_is_saved_over_nothing_but_a_saved_model()
    {
        using var model = Concord.Modeling.Rewards.RewardModel.Load(Model);
        File.WriteAllText(folder.File("letter.txt"), "mine");
        Assert.Contains(
            "is not a reward model's folder",
            Assert.Throws<ConcordException>(() => model.Save(folder.Path)).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "was read from",
            Assert.Throws<ConcordException>(() => model.Save(Model)).Message,
            StringComparison.Ordinal
        );
        model.Save(folder.File("model"));
        model.Save(folder.File("model"));
        Assert.Equal(
            ["letter.txt", "model"],
            Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).Order()
        );
    }
}
