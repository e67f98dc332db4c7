using System.Diagnostics;
using Concord.Preferences;
using Concord.Tokenization.Rendering;
using Xunit;

namespace Concord.Tests.Rendering;

/// <summary>Templates without end, without bottom or with too much to say end in a sentence, within limits.</summary>
public class HostileTemplateTests
{
    private const string Ok =
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}";

    private const int Many = 100_000;

    private static string Repeat(string text, int count = Many) => string.Concat(Enumerable.Repeat(text, count));

    private static string Run(string text, ChatTemplateLimits? limits = null) =>
        ChatTemplate
            .Parse(text, new Dictionary<string, string> { ["bos_token"] = "<s>" }, "config.json", limits)
            .Format([new(Roles.User, "Hi"), new(Roles.Assistant, "Hello")]);

    public static TheoryData<string, string> Endless =>
        new()
        {
            { "parentheses", "{{ " + Repeat("(") + "1" + Repeat(")") + " }}" },
            { "not", "{% if " + Repeat("not ") + "1 %}{% endif %}" },
            { "minus", "{{ " + Repeat("-") + "1 }}" },
            { "lists", "{{ " + Repeat("[") + "1" + Repeat("]") + " }}" },
            { "dictionaries", "{{ " + Repeat("{1:") + "1" + Repeat("}") + " }}" },
            { "plus", "{{ " + Repeat("1+") + "1 }}" },
            { "power", "{{ " + Repeat("1**") + "1 }}" },
            { "and", "{{ " + Repeat("1 and ") + "1 }}" },
            { "index", "{{ messages" + Repeat("[0]") + " }}" },
            { "attribute", "{{ messages" + Repeat(".a") + " }}" },
            { "calls", "{{ range" + Repeat("()") + " }}" },
            { "filters", "{{ 'a'" + Repeat("|trim") + " }}" },
            { "conditionals", "{{ " + Repeat("1 if 1 else ") + "1 }}" },
            { "conditionals without else", "{{ " + Repeat("1 if 1 ") + " }}" },
            { "if", Repeat("{% if 1 %}") + Repeat("{% endif %}") },
            { "for", Repeat("{% for x in [1] %}") + Repeat("{% endfor %}") },
            { "generation", Repeat("{% generation %}") + Repeat("{% endgeneration %}") },
            { "targets", "{% set " + Repeat("(") + "x" + Repeat(")") + " = 1 %}" },
            { "filter blocks", Repeat("{% filter trim %}") + Repeat("{% endfilter %}") },
            { "a large range", "{% for x in range(1000000000000) %}{% endfor %}" },
            { "a range from the least", "{% for x in range(-9223372036854775807,9223372036854775807) %}{% endfor %}" },
            { "ranges in ranges", "{% for x in range(4000) %}{% for y in range(4000) %}{% endfor %}{% endfor %}" },
            {
                "a doubled text",
                "{% set ns=namespace(a='aaaaaaaaaaaaaaaa') %}{% for x in range(40) %}{% set ns.a = ns.a + ns.a %}{% endfor %}"
            },
            {
                "a doubled list",
                "{% set ns=namespace(a=[1]) %}{% for x in range(40) %}{% set ns.a = ns.a + ns.a %}{% endfor %}"
            },
            {
                "a list within itself",
                "{% set ns=namespace(a=[1]) %}{% for x in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a }}"
            },
            {
                "a text put into itself",
                "{% set ns=namespace(a='aaaaaaaaaaaaaaaa') %}{% for x in range(9) %}{% set ns.a = ns.a.replace('a', ns.a) %}{% endfor %}"
            },
            {
                "a long text written often",
                "{% set ns=namespace(a='aaaaaaaaaa') %}{% for x in range(20) %}{% set ns.a = ns.a ~ ns.a %}{% endfor %}{% for x in range(100000) %}{{ ns.a }}{% endfor %}"
            },
            {
                "a list ever deeper",
                "{% set ns=namespace(a=[1]) %}{% for x in range(20000) %}{% set ns.a=[ns.a] %}{% endfor %}"
            },
            { "a macro in itself", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}" },
            { "a loop in itself", "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}" },
            { "a caller in itself", "{% macro m() %}{% call m() %}{% endcall %}{% endmacro %}{{ m() }}" },
            { "a block in itself", "{% block b %}{{ self.b() }}{% endblock %}" },
            { "a namespace in itself", "{% set n = namespace() %}{% set n.n = n %}{{ n }}" },
            { "a large power", "{{ 9 ** (9 ** (9 ** 9)) }}" },
            {
                "a large number",
                "{% set ns=namespace(a=9) %}{% for x in range(100) %}{% set ns.a=ns.a*ns.a %}{% endfor %}"
            },
            { "a wide format", "{{ '%1000000000d' % 1 }}" },
            { "a wide field", "{{ '{:1000000000}'.format(1) }}" },
            { "a wide text", "{{ 'a'.center(10000000000) }}" },
            { "a repeated text", "{{ 'a' * 10000000000 }}" },
            { "a repeated list", "{{ [1] * 10000000000 }}" },
            { "a wide indent", "{{ [1] | tojson(indent=10000000000) }}" },
            { "many slices", "{{ [1] | slice(10000000000) | list }}" },
            { "a filled row", "{{ [1] | batch(10000000000, 0) | list }}" },
            { "an open comment", Repeat("{# ") },
            { "an open raw", Repeat("{% raw %}") },
            { "a sort of many", "{% for x in range(100000) %}{{ range(100000) | list | sort | length }}{% endfor %}" },
            { "a search in many", "{% for x in range(100000) %}{{ 'x' in range(100000) | list }}{% endfor %}" },
            { "a text too long", Repeat("a", 3_000_000) },
        };

    [Theory]
    [MemberData(nameof(Endless))]
    public void Ends_in_a_sentence(string name, string text)
    {
        var time = Stopwatch.StartNew();
        var error = Assert.Throws<ConcordException>(() => Run(text, new() { Steps = 300_000 }));
        Assert.True(error.Message.Length < 400, $"{name}: {error.Message}");
        Assert.True(time.Elapsed < TimeSpan.FromSeconds(10), $"{name}: {time.Elapsed}");
    }

    [Fact]
    public void Ends_within_the_limits_that_stand()
    {
        var time = Stopwatch.StartNew();
        Assert.Throws<ConcordException>(() =>
            Run("{% for x in range(4000) %}{% for y in range(4000) %}{% endfor %}{% endfor %}")
        );
        Assert.True(time.Elapsed < TimeSpan.FromSeconds(10));
        try
        {
            // Each draws on the one before it.
            Assert.Equal(
                "['1']",
                Run(
                    "{% set ns=namespace(a=[1]) %}{% for x in range(20000) %}{% set ns.a=ns.a|map('string') %}{% endfor %}{{ ns.a|list }}"
                )
            );
        }
        catch (ConcordException error)
        {
            Assert.Contains("too deep", error.Message);
        }
    }

    [Theory]
    [InlineData("{{ {'a':1,'a':2}['a'] }}", "2")]
    [InlineData("{{ 'abc'[1::9223372036854775807] }}", "b")]
    [InlineData("{{ 'abc'[::-9223372036854775807] }}", "c")]
    [InlineData("{% set x = (-9223372036854775807 - 1) // -1 %}{{ x }}", "9223372036854775808")]
    [InlineData("{{ 9223372036854775807 * 9223372036854775807 }}", "85070591730234615847396907784232501249")]
    [InlineData("{{ 'a'.replace('','b') }}", "bab")]
    [InlineData("{{ 'a'|replace('','b') }}", "bab")]
    [InlineData("{{ [[1]]|join(',') }}", "[1]")]
    [InlineData("{% set ns=namespace(a=1) %}{% set ns.ns=ns %}{{ ns.ns.ns.a }}", "1")]
    public void Odd_ones_are_as_in_Jinja(string text, string right) => Assert.Equal(right, Run(text));

    [Fact]
    public void Long_ones_that_end_are_run()
    {
        Assert.Equal("", Run("{% if 0 %}" + Repeat("{% elif 0 %}", 10_000) + "{% endif %}"));
        Assert.Equal(Many, Run("{{ " + Repeat("'a' ") + " }}").Length);
        Assert.Equal(2_000, Run(Repeat(Ok, 2_000)).Split("user").Length - 1);
    }

    [Fact]
    public void Limits_are_settings()
    {
        const string Loop = "{% for x in range(100) %}a{% endfor %}";
        Assert.Equal(100, Run(Loop).Length);
        Assert.Contains("50 steps", Assert.Throws<ConcordException>(() => Run(Loop, new() { Steps = 50 })).Message);
        Assert.Contains(
            "99 characters",
            Assert.Throws<ConcordException>(() => Run(Loop, new() { Length = 99 })).Message
        );
        Assert.Contains(
            "3 levels",
            Assert.Throws<ConcordException>(() => Run("{{ ((((1)))) }}", new() { Nesting = 3 })).Message
        );
    }

    [Theory]
    [InlineData("Execute")]
    [InlineData("Loop")]
    [InlineData("Whole")]
    public void Damaged_files_are_run_or_refused(string name)
    {
        var file = Directory
            .GetFiles(Shared.Path("cases", "hostile", "fuzz"), "jinja-*")
            .Single(path => path.EndsWith($".{name}", StringComparison.Ordinal));
        try
        {
            Assert.NotEmpty(Run(File.ReadAllText(file)));
        }
        catch (ConcordException error)
        {
            Assert.Contains("config.json", error.Message);
        }
    }
}
