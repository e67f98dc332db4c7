using System.Globalization;
using System.Text;
using Concord.Foundation;
using Concord.Runs.Recipes;
using Xunit;

namespace Concord.Tests.Runs;

/// <summary>Recipes that are damaged, nest too deep or repeat themselves without end.</summary>
public sealed class HostileRecipeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_damaged_recipe_is_a_recipe_or_a_sentence() =>
        Fuzz.Run(
            "recipe",
            bytes =>
            {
                File.WriteAllBytes(folder.File("r.yaml"), bytes);
                RecipeFile.Read(folder.File("r.yaml"), []);
            },
            [
                "sources:\n",
                "- name: a\n",
                "&a ",
                "*a",
                "<<: ",
                "!!str ",
                "| \n",
                "? ",
                "---\n",
                "%YAML 1.2\n",
                "training: ",
            ],
            "seed: 3\nsources:\n- name: a\n  files: [x.jsonl]\ntraining: {epochs: 1, lora: {rank: 4}}\n"u8.ToArray(),
            "weights: &w {a: 1, b: 2}\nsources: [{name: *n, files: &n [x, 'y', \"z\\n\"]}]\n"u8.ToArray()
        );

    [Theory]
    [InlineData("sources: &a [*a]\n", "the value &a holds itself (*a), without end")]
    [InlineData("training: &t\n  lora: *t\n", "the value &t holds itself (*t), without end")]
    [InlineData("sources: *none\n", "no value is named &none above")]
    [InlineData("x: &x {seed: 3}\n<<: *x\n", "merge keys (<<) are not used in recipes")]
    [InlineData("seed: !!python/object/apply:os.system [ls]\n", "tags are not used in recipes; leave")]
    [InlineData("seed: 1\nmodel: a\nseed: 2\n", "line 3: this is not valid YAML: Duplicate key seed, first")]
    [InlineData("? {a: b}\n: c\n", "a key must be a single word")]
    [InlineData("training:\n\tmode: full\n", "this is not valid YAML")]
    [InlineData("base: \"a\\0b\"\n", "does not exist")]
    public void What_repeats_or_means_something_else_is_named(string text, string expected) =>
        Assert.Contains(expected, Failure(text), StringComparison.Ordinal);

    [Fact]
    public void Aliases_of_aliases_are_counted_each_time()
    {
        var text = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 10; i++)
            text.Append(
                CultureInfo.InvariantCulture,
                $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 9))}]\n"
            );
        var error = Failure(text.Append("sources: *a9\n").ToString());
        Assert.Contains("at most 10000 values", error, StringComparison.Ordinal);
        Assert.Contains("CONCORD_LIMIT_RECIPE_VALUES", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_alias_stands_for_what_it_names_and_each_has_its_own()
    {
        File.WriteAllText(
            folder.File("r.yaml"),
            "sources:\n- {name: a, files: &f [x.jsonl]}\n- {name: b, files: *f}\n"
        );
        var recipe = RecipeFile.Read(folder.File("r.yaml"), ["sources.1.files.0=y.jsonl"]);
        Assert.Equal(["x.jsonl"], recipe.Sources[0].Files);
        Assert.Equal(["y.jsonl"], recipe.Sources[1].Files);
    }

    [Theory]
    [InlineData("sources: ", "[", "")]
    [InlineData("sources: ", "[", "]")]
    [InlineData("sources: ", "{a: ", "}")]
    [InlineData("", "- ", "")]
    [InlineData("", "? ", "")]
    public void Nesting_without_measure_is_refused_where_it_begins(string start, string open, string close)
    {
        var text = start + Repeat(open, 100_000) + "x" + Repeat(close, close.Length * 100_000) + "\n";
        var error = Failure(text);
        Assert.True(
            error.Contains("more than 16 deep", StringComparison.Ordinal)
                || error.Contains("a key must be", StringComparison.Ordinal),
            error
        );
        Assert.Throws<RecipeOverrideException>(() => RecipeFile.Read(Whole(), [$"sources={Repeat("[", 100_000)}"]));
    }

    [Fact]
    public void A_recipe_of_many_values_or_without_end_is_refused()
    {
        Assert.Contains("at most 10000 values", Failure($"sources: [{Repeat("x,", 20_000)}]\n"));
        Assert.SkipUnless(File.Exists("/dev/zero"), "there is no such device here");
        using var limits = new LimitsForTest(new Limits { DocumentBytes = 1 << 20 });
        Assert.Contains(
            "CONCORD_LIMIT_DOCUMENT",
            Assert.Throws<ConcordException>(() => RecipeFile.Read("/dev/zero", [])).Message
        );
    }

    private string Whole()
    {
        File.WriteAllText(folder.File("whole.yaml"), "seed: 1\n");
        return folder.File("whole.yaml");
    }

    private string Failure(string text)
    {
        File.WriteAllText(folder.File("r.yaml"), text);
        return Assert.Throws<ConcordException>(() => RecipeFile.Read(folder.File("r.yaml"), [])).Message;
    }

    private static string Repeat(string text, int count) =>
        text.Length == 0 ? "" : string.Concat(Enumerable.Repeat(text, count));
}
