using Concord.Modeling;
using Concord.Runs.Recipes;
using Concord.Training.Batches;
using Concord.Training.Weightings;
using Xunit;

namespace Concord.Tests.Runs;

public sealed class RecipeFileTests : IDisposable
{
    // a config.yaml of the earlier spelling has every setting of every scheme
    private const string OfMore =
        "alpha: 0.5, momentum_start: zero, normalization: l2, solver: exact, scope: micro_batch, accumulation: auto";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    public void Dispose() => folder.Delete(recursive: true);

    public static TheoryData<string> Shipped =>
        [
            .. Directory
                .GetFiles(Path.Combine(Shared.RepositoryRoot, "recipes"), "*.yaml")
                .Select(file => Path.GetFileName(file))
                .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Every_shipped_recipe_is_valid_and_saved_whole(string name)
    {
        var recipe = RecipeFile.Read(Path.Combine(Shared.RepositoryRoot, "recipes", name), []);
        recipe.Training.Validate(["helpful", "harmless"]);
        Assert.Equal(Path.Combine("runs", Path.GetFileNameWithoutExtension(name)), recipe.Output);
        var saved = RecipeFile.Write(recipe);
        Assert.DoesNotContain("output", saved);
        Assert.Equal(saved, RecipeFile.Write(RecipeFile.Read(Save("config.yaml", saved), [])));
    }

    [Fact]
    public void Shipped_recipes_are_the_schemes_they_name()
    {
        Recipe Read(string name) => RecipeFile.Read(Path.Combine(Shared.RepositoryRoot, "recipes", name + ".yaml"), []);
        Assert.Equal(0, Read("raw").Training.MaximumSteps);
        Assert.Equal(["helpful"], Read("single").Only);
        Assert.Equal(
            (BatchComposition.Shuffled, typeof(MultiTaskWeighting)),
            (Read("multitask").Training.Batches.Composition, Read("multitask").Training.Weighting.GetType())
        );
        var more = Assert.IsType<MoreWeighting>(Read("more").Training.Weighting);
        Assert.Equal((.99, GradientNormalization.L2), (more.Alpha, more.Normalization));
        Assert.False(Read("more").Training.Temperatures.Enabled);
        Assert.Equal(
            (typeof(MoreWeighting), true),
            (
                Read("more-temperatures").Training.Weighting.GetType(),
                Read("more-temperatures").Training.Temperatures.Enabled
            )
        );
        Assert.Equal(
            (typeof(EqualWeighting), true),
            (
                Read("equal-temperatures").Training.Weighting.GetType(),
                Read("equal-temperatures").Training.Temperatures.Enabled
            )
        );
        Assert.Equal(6, Read("more").Sources.Count);
        Assert.True(Read("simulated-more").Training.CheckpointSeconds <= 5);
        Assert.NotNull(Read("simulated-more").Simulation);
    }

    [Fact]
    public void Shipped_recipes_are_found_where_there_is_no_folder_of_them()
    {
        // Tests run in their output folder, which has no recipes/ in it.
        Assert.False(Directory.Exists("recipes"));
        foreach (
            var name in new[]
            {
                "more-temperatures",
                "more-temperatures.yaml",
                Path.Combine("recipes", "more-temperatures.yaml"),
            }
        )
        {
            var recipe = RecipeFile.Read(name, []);
            Assert.Equal(
                (typeof(MoreWeighting), true, 6),
                (recipe.Training.Weighting.GetType(), recipe.Training.Temperatures.Enabled, recipe.Sources.Count)
            );
        }
    }

    [Fact]
    public void Overrides_change_what_they_name_and_nothing_else()
    {
        var file = Path.Combine(Shared.RepositoryRoot, "recipes", "more.yaml");
        var recipe = RecipeFile.Read(
            file,
            [
                "data=a/b",
                "model=m",
                "model.pooling=eos",
                "output=o",
                "training.learning_rate=1e-5",
                "training.weighting.more.normalization=loss+",
                "sources.0.limit=100",
                "only=[helpful, webgpt]",
            ]
        );
        Assert.Equal(("a/b", "m", "eos", "o"), (recipe.Data, recipe.Model.Folder, recipe.Model.Pooling, recipe.Output));
        var more = Assert.IsType<MoreWeighting>(recipe.Training.Weighting);
        Assert.Equal(
            (1e-5, GradientNormalization.LossPlus, 100),
            (recipe.Training.LearningRate, more.Normalization, recipe.Sources[0].Limit)
        );
        Assert.Equal(["helpful", "webgpt"], recipe.Only);
        Assert.Equal(.99, more.Alpha);
    }

    [Fact]
    public void A_recipe_builds_on_another_and_lists_are_replaced()
    {
        Save("lower.yaml", "seed: 3\ntraining:\n  epochs: 2\n  mode: head\nsources:\n- files: [a]\n- files: [b]\n");
        var upper = Save(
            "upper.yaml",
            "base: lower.yaml\ntraining:\n  mode: lora\nsources:\n- files: [c]\nmodel: here\n"
        );
        var recipe = RecipeFile.Read(upper, []);
        Assert.Equal(
            (3, 2.0, TrainedParts.Adapters, "here"),
            (recipe.Seed, recipe.Training.Epochs, recipe.Training.Mode, recipe.Model.Folder)
        );
        Assert.Equal(["c"], Assert.Single(recipe.Sources).Files);
        Save("lower.yaml", "seed: 3\ntraining:\n  epochs: -2\n");
        Assert.Contains(
            "lower.yaml, line 3",
            Assert.Throws<ConcordException>(() => RecipeFile.Read(upper, [])).Message
        );
        Assert.Contains(
            "in a circle",
            Assert.Throws<ConcordException>(() => RecipeFile.Read(Save("loop.yaml", "base: loop.yaml\n"), [])).Message
        );
    }

    [Theory]
    [InlineData(
        "training:\n  learning_rat: 1e-5\n",
        "line 2: 'training' has no key 'learning_rat'; the nearest is 'learning_rate'"
    )]
    [InlineData("trainings: {}\n", "line 1: a recipe has no key 'trainings'; the nearest is 'training'")]
    [InlineData(
        "training:\n  weighting:\n    scheme: mor\n",
        "line 3: training.weighting is 'mor'; it must be one of equal, multitask, static, more. Did you mean 'more'?"
    )]
    [InlineData(
        "training:\n  weighting: {more: {alpha: 0}}\n",
        "line 2: training.weighting.more.alpha is 0; it must be above 0 and at most 1."
    )]
    [InlineData(
        "training:\n  weighting: {scheme: more, alfa: 1}\n",
        "line 2: 'training.weighting.more' has no key 'alfa'; the nearest is 'alpha'"
    )]
    [InlineData(
        "training:\n  weighting:\n    more: {}\n    static: {a: 1}\n",
        "line 4: training.weighting names both more and static; it is one of equal, multitask, static, more"
    )]
    [InlineData(
        "training:\n  weighting: {equal: {alpha: 1}}\n",
        "line 2: training.weighting.equal has no settings of its own."
    )]
    [InlineData(
        "training:\n  weighting: {alpha: .5}\n",
        "line 2: training.weighting.alpha is a setting of more, but the weighting is equal."
    )]
    [InlineData("split: {held_out: 1}\n", "line 1: split.held_out is 1; it must be at least 0 and below 1.")]
    [InlineData(
        "text:\n  truncation: middle\n",
        "line 2: text.truncation is 'middle'; it must be one of shared-left, left, right, drop, error."
    )]
    public void Mistakes_are_sentences_with_file_and_line(string text, string expected) =>
        Assert.Contains(
            expected,
            Assert.Throws<ConcordException>(() => RecipeFile.Read(Save("r.yaml", text), [])).Message
        );

    [Theory]
    [InlineData("equal", "equal")]
    [InlineData("multitask", "multitask")]
    [InlineData("more", "more .99 Batch")]
    [InlineData("{more: {alpha: .5}}", "more .5 Batch")]
    [InlineData("{static: {a: 2, b: 1}}", "static a=2 b=1")]
    [InlineData($"{{scheme: equal, weights: {{}}, {OfMore}}}", "equal")]
    [InlineData($"{{scheme: more, weights: {{a: 1}}, {OfMore}}}", "more .5 MicroBatch")]
    [InlineData($"{{scheme: static, weights: {{a: 2, b: 1}}, {OfMore}}}", "static a=2 b=1")]
    [InlineData("{scheme: more, alpha: 0.5, scope: micro_batch}", "more .5 MicroBatch")]
    [InlineData("{scheme: static, weights: {a: 2, b: 1}}", "static a=2 b=1")]
    [InlineData("{more: {alpha: .5}}", "more .5 MicroBatch", "training.weighting.scope=micro_batch")]
    [InlineData("{more: {alpha: .5}}", "more .7 Batch", "training.weighting.alpha=.7")]
    [InlineData("{more: {alpha: .5}}", "more .7 Batch", "training.weighting.more.alpha=.7")]
    [InlineData("{more: {alpha: .5}}", "more .5 Batch", "training.weighting=more")]
    [InlineData("{more: {alpha: .5}}", "multitask", "training.weighting=multitask")]
    [InlineData("{more: {alpha: .5}}", "multitask", "training.weighting.scheme=multitask")]
    [InlineData("equal", "more .7 Batch", "training.weighting.scheme=more", "training.weighting.alpha=.7")]
    [InlineData("null", "more .7 Batch", "training.weighting.alpha=.7", "training.weighting.scheme=more")]
    [InlineData("multitask", "more .7 Batch", "training.weighting={more: {alpha: .7}}")]
    [InlineData("multitask", "static a=3", "training.weighting.static.a=3")]
    [InlineData("more", "static a=3", "training.weighting.weights.a=3", "training.weighting.scheme=static")]
    [InlineData("more", "more .7 Batch", "training={weighting: {scheme: more, alpha: .7}}")]
    public void A_weighting_is_read_in_both_spellings_and_written_in_one(
        string written,
        string expected,
        params string[] overrides
    )
    {
        var line = written == "null" ? "" : $"  weighting: {written}\n";
        var recipe = RecipeFile.Read(Save("r.yaml", $"training:\n  epochs: 1\n{line}"), overrides);
        Assert.Equal(expected, Shown(recipe.Training.Weighting));
        var saved = RecipeFile.Write(recipe);
        Assert.DoesNotContain("scheme", saved);
        Assert.Equal(expected, Shown(RecipeFile.Read(Save("config.yaml", saved), []).Training.Weighting));
    }

    [Fact]
    public void A_weighting_of_an_upper_recipe_takes_the_place_of_a_lower_ones()
    {
        string Read(string lower, string upper)
        {
            Save("lower.yaml", $"training:\n  weighting: {lower}\n");
            var file = Save("upper.yaml", $"base: lower.yaml\ntraining:\n  weighting: {upper}\n");
            return Shown(RecipeFile.Read(file, []).Training.Weighting);
        }

        Assert.Equal("static a=1", Read("{more: {alpha: .5}}", "{static: {a: 1}}"));
        Assert.Equal("more .5 MicroBatch", Read("{more: {alpha: .5}}", "{more: {scope: micro_batch}}"));
        Assert.Equal("more .5 MicroBatch", Read("{scheme: more, alpha: .5}", "{scope: micro_batch}"));
        Assert.Equal("more .6 Batch", Read("{alpha: .5}", "{more: {alpha: .6}}"));
        Assert.Equal("more .5 Batch", Read("{alpha: .5}", "{scheme: more}"));
        Assert.Equal("static a=1 b=2", Read("{static: {a: 1}}", "{weights: {b: 2}}"));
    }

    [Theory]
    [InlineData("{equal: 3}", "training.weighting.equal has no settings of its own")]
    [InlineData("{multitask: [1]}", "training.weighting.multitask has no settings of its own")]
    [InlineData("{scheme: equal, alpha: .3}", "alpha is a setting of more, but the weighting is equal")]
    [InlineData("{more: {alpha: .9}, alpha: .3}", "training.weighting.alpha stands beside more")]
    [InlineData("{static: {a: 1}, alpha: .3}", "training.weighting.alpha stands beside static")]
    [InlineData("{scheme: more, more: {alpha: .9}}", "names both scheme: more and more")]
    [InlineData(
        "more",
        "say the same setting twice",
        "training.weighting.more.alpha=.9",
        "training.weighting.alpha=.2"
    )]
    [InlineData(
        "more",
        "say the same setting twice",
        "training.weighting.weights.a=1",
        "training.weighting.static.a=2"
    )]
    [InlineData(
        "more",
        "training.epochs is given 2 times (training.epochs=1, training.epochs=2)",
        "training.epochs=1",
        "training.epochs=2"
    )]
    [InlineData(
        "more",
        "On the command line: training.batches.per_source is given 2 times",
        "training.batches={per_source: 1}",
        "training.batches.per_source=2"
    )]
    [InlineData("more", "On the command line: training.learning_rate is -1", "training.learning_rate=-1")]
    [InlineData("more", "On the command line: training.batches.per_source is 0", "training.batches={per_source: 0}")]
    public void A_setting_of_a_weighting_is_said_once_and_belongs_to_it(
        string written,
        string expected,
        params string[] overrides
    )
    {
        var file = Save("recipe.yaml", $"training:\n  weighting: {written}\n");
        var error = Assert.ThrowsAny<ConcordException>(() => RecipeFile.Read(file, overrides));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_on_the_command_line_is_laid_over_the_recipes_key_by_key()
    {
        var file = Save(
            "recipe.yaml",
            "model: {pooling: mean}\ntraining:\n  epochs: 3\n  learning_rate: .5\n  weighting: {more: {alpha: .5}}\n"
        );
        var recipe = RecipeFile.Read(
            file,
            ["training={epochs: 1, weighting: {more: {solver: frank_wolfe}}}", "model={folder: base}"]
        );
        var more = Assert.IsType<MoreWeighting>(recipe.Training.Weighting);
        Assert.Equal((1, .5), (recipe.Training.Epochs, recipe.Training.LearningRate));
        Assert.Equal((.5, SolverKind.FrankWolfe), (more.Alpha, more.Solver));
        Assert.Equal(("base", "mean"), (recipe.Model.Folder, recipe.Model.Pooling));
    }

    [Fact]
    public void Limits_and_shares_of_batches_are_written_and_read()
    {
        var file = Save("recipe.yaml", "training: {batches: {limits: {a: 3}, shares: {b: 1.5}}}\n");
        var recipe = RecipeFile.Read(file, []);
        Assert.Equal(3, recipe.Training.Batches.Limits["a"]);
        Assert.Equal(1.5, recipe.Training.Batches.Shares["b"]);
        Assert.Equal(
            RecipeFile.Write(recipe),
            RecipeFile.Write(RecipeFile.Read(Save("c.yaml", RecipeFile.Write(recipe)), []))
        );
        file = Save("half.yaml", "training: {batches: {limits: {a: 1.5}}}\n");
        Assert.Contains(
            "limits.a is 1.5; it must be a whole number",
            Assert.Throws<ConcordException>(() => RecipeFile.Read(file, [])).Message
        );
    }

    private static string Shown(IWeighting weighting) =>
        WeightingRecipe.NameOf(weighting)
        + weighting switch
        {
            MoreWeighting more => FormattableString.Invariant($" {more.Alpha:.##} {more.Scope}"),
            StaticWeighting fixedWeights => string.Concat(
                fixedWeights.Weights.Select(one => FormattableString.Invariant($" {one.Key}={one.Value}"))
            ),
            _ => "",
        };

    private string Save(string name, string text)
    {
        var file = Path.Combine(folder.FullName, name);
        File.WriteAllText(file, text);
        return file;
    }
}
