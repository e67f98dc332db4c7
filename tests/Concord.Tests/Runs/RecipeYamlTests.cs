using Concord.Foundation;
using Concord.Runs.Recipes;
using Concord.Runs.Recipes.Yaml;
using Xunit;

namespace Concord.Tests.Runs;

public class RecipeYamlTests
{
    private sealed record Optimizer
    {
        public double LearningRate { get; init; } = 1e-6;

        public bool Nesterov { get; init; }

        public string Kind { get; init; } = "adamw";
    }

    private sealed record Source
    {
        public string Name { get; init; } = "?";

        public IReadOnlyList<string> Files { get; init; } = [];
    }

    private sealed record Sample
    {
        public string? Output { get; init; }

        public int Seed { get; init; } = 1;

        public double? Limit { get; init; }

        public Optimizer Training { get; init; } = new();

        public Optimizer? Second { get; init; }

        public IReadOnlyList<Source> Sources { get; init; } = [];

        public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double>();

        public static Sample Map(IRecipeFields fields, Sample value) =>
            value with
            {
                Output = fields.OptionalText("output", value.Output, "where to"),
                Seed = fields.Integer("seed", value.Seed, 0, 1000, "the seed"),
                Limit = fields.OptionalNumber("limit", value.Limit, SettingRange.Positive, "the limit"),
                Training = fields.Section("training", value.Training, MapOptimizer, "training"),
                Second = fields.OptionalSection(
                    "second",
                    value.Second,
                    new Optimizer { LearningRate = 7 },
                    MapOptimizer,
                    "another"
                ),
                Sources = fields.Items("sources", value.Sources, new Source(), MapSource, "sources"),
                Weights = fields.Numbers("weights", value.Weights, SettingRange.NotNegative, "weights"),
            };

        private static Optimizer MapOptimizer(IRecipeFields fields, Optimizer value) =>
            value with
            {
                LearningRate = fields.Number(
                    "learning_rate",
                    value.LearningRate,
                    new SettingRange(0, 1, LeastIncluded: false),
                    "the step"
                ),
                Nesterov = fields.Flag("nesterov", value.Nesterov, "momentum"),
                Kind = fields.Choice("kind", value.Kind, [("adamw", "adamw"), ("sgd", "sgd")], "which"),
            };

        private static Source MapSource(IRecipeFields fields, Source value) =>
            value with
            {
                Name = fields.Text("name", value.Name, "its name"),
                Files = fields.Texts("files", value.Files, "its files"),
            };
    }

    private static Sample Read(string text, params string[] overrides)
    {
        var root = RecipeParser.Parse(text, "r.yaml");
        foreach (var one in overrides)
            RecipeParser.Override(root, one);
        return RecipeReader.Read(root, new Sample(), Sample.Map);
    }

    [Fact]
    public void What_is_not_said_is_the_default()
    {
        Assert.Equal(1e-6, Read("").Training.LearningRate);
        Assert.Null(Read("# nothing\n").Second);
        var read = Read("seed: 3\nsecond: {nesterov: true}\n");
        Assert.Equal((3, 7.0, true), (read.Seed, read.Second!.LearningRate, read.Second.Nesterov));
    }

    [Fact]
    public void Values_lists_and_groups_are_read()
    {
        var read = Read(
            """
            output: runs/a b   # a comment
            limit: .5
            weights: {helpful: 1, "harm less": 2.5}
            training:
              learning_rate: 1e-5
              kind: sgd
            sources:
              - name: helpful
                files: helpful.json
              - name: "12"
                files: [a.json, 'b: c.json']
            """
        );
        Assert.Equal("runs/a b", read.Output);
        Assert.Equal(.5, read.Limit);
        Assert.Equal(2.5, read.Weights["harm less"]);
        Assert.Equal((1e-5, "sgd"), (read.Training.LearningRate, read.Training.Kind));
        Assert.Equal(["helpful.json"], read.Sources[0].Files);
        Assert.Equal(("12", "b: c.json"), (read.Sources[1].Name, read.Sources[1].Files[1]));
    }

    [Fact]
    public void Overrides_reach_into_groups_lists_and_groups_that_were_left_out()
    {
        var read = Read(
            "seed: 1\nsources: [{name: a}, {name: b}]\n",
            "seed=2",
            "training.learning_rate=1e-4",
            "second.nesterov=true",
            "sources.1.name=c",
            "output=x=y",
            "weights.helpful=2",
            "limit=null"
        );
        Assert.Equal(
            (2, 1e-4, true, "c", "x=y"),
            (read.Seed, read.Training.LearningRate, read.Second!.Nesterov, read.Sources[1].Name, read.Output)
        );
        Assert.Equal(2, read.Weights["helpful"]);
        Assert.Null(read.Limit);
    }

    [Theory]
    [InlineData(
        "seed: 1\ntraining:\n  learning_rat: 1\n",
        "r.yaml, line 3: 'training' has no key 'learning_rat'; the nearest is 'learning_rate'"
    )]
    [InlineData("sed: 1\n", "r.yaml, line 1: a recipe has no key 'sed'; the nearest is 'seed'")]
    [InlineData(
        "sources:\n- name: a\n  fils: b\n",
        "r.yaml, line 3: 'sources.0' has no key 'fils'; the nearest is 'files'"
    )]
    [InlineData("seed: 1.5\n", "r.yaml, line 1: seed is '1.5'; it must be a whole number.")]
    [InlineData("seed: 1001\n", "r.yaml, line 1: seed is 1001; it must be at least 0 and at most 1000.")]
    [InlineData("seed:\n", "r.yaml, line 1: seed is empty, but a whole number is needed.")]
    [InlineData(
        "training:\n  learning_rate: 0\n",
        "r.yaml, line 2: training.learning_rate is 0; it must be above 0 and at most 1."
    )]
    [InlineData("training:\n  learning_rate: .nan\n", "line 2: training.learning_rate is '.nan'; it must be a number.")]
    [InlineData("training:\n  nesterov: yes\n", "line 2: training.nesterov is 'yes'; it must be true or false.")]
    [InlineData(
        "training:\n  kind: adam\n",
        "line 2: training.kind is 'adam'; it must be one of adamw, sgd. Did you mean 'adamw'?"
    )]
    [InlineData("training: 5\n", "line 1: training is '5'; it must be a group of keys.")]
    [InlineData("sources: {a: b}\n", "line 1: sources is a group of keys; it must be a list")]
    [InlineData("seed: [1]\n", "line 1: seed is a list; it must be a whole number.")]
    [InlineData("weights: {a: -1}\n", "line 1: weights.a is -1; it must be at least 0.")]
    [InlineData("seed: 1\nseed: 2\n", "r.yaml, line 2: this is not valid YAML: Duplicate key")]
    [InlineData("a: [1\n", "this is not valid YAML")]
    [InlineData("- a\n", "r.yaml, line 1: a recipe is a group of keys")]
    [InlineData("seed: 1\n---\nseed: 2\n", "line 3: a recipe is one YAML document; a second begins here.")]
    public void Mistakes_in_a_file_name_file_and_line(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<ConcordException>(() => Read(text)).Message);

    [Theory]
    [InlineData(
        "training.learning_rat=1",
        "On the command line: 'training' has no key 'learning_rat'; the nearest is 'learning_rate'"
    )]
    [InlineData("seed", "'seed' is not of the form key=value")]
    [InlineData("=1", "is not of the form key=value")]
    [InlineData("training..x=1", "has an empty key")]
    [InlineData("seed=x", "On the command line: seed is 'x'; it must be a whole number.")]
    [InlineData("sources.2.name=x", "sources is a list of 1; its items are named 0 to 0, not '2'")]
    public void Mistakes_on_the_command_line_are_usage_errors(string assignment, string expected) =>
        Assert.Contains(
            expected,
            Assert.Throws<RecipeOverrideException>(() => Read("sources:\n- name: a\n", assignment)).Message
        );

    [Fact]
    public void What_is_written_is_read_back()
    {
        var value = Read(
            "output: \"a: \\\"b\\\"\\n# c\"\nlimit: 0.1\ntraining: {learning_rate: 0.30000000000000004}\n"
                + "sources: [{name: 'null', files: ['1', 'ü', 'a, b']}, {name: x}]\nweights: {b: 1, a: 2}\n"
        );
        var text = RecipeWriter.Write(value, Sample.Map);
        var again = Read(text);
        Assert.Equal(text, RecipeWriter.Write(again, Sample.Map));
        Assert.Equal(
            ("a: \"b\"\n# c", .1, .30000000000000004, "null"),
            (again.Output, again.Limit, again.Training.LearningRate, again.Sources[0].Name)
        );
        Assert.Equal(["1", "ü", "a, b"], again.Sources[0].Files);
        Assert.Null(again.Second);
    }

    [Fact]
    public void All_keys_can_be_listed_with_their_defaults()
    {
        var keys = RecipeKeys.Deep(new Sample(), Sample.Map);
        Assert.Contains(("training.learning_rate", "1E-06", "the step"), keys);
        Assert.Contains(("training.kind", "adamw", "which (adamw, sgd)"), keys);
        Assert.Contains(("sources.N.files", "[]", "its files"), keys);
        Assert.Contains(keys, one => one.Key == "second.nesterov");
    }
}
