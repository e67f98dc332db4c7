using Concord.Foundation;
using Xunit;

namespace Concord.Tests.Foundation;

public class LimitsTests
{
    [Fact]
    public void An_empty_environment_gives_the_defaults() => Assert.Equal(new Limits(), Limits.Read(_ => null));

    [Theory]
    [InlineData("131072", 131072)]
    [InlineData("128K", 131072)]
    [InlineData("3m", 3 << 20)]
    [InlineData("1G", 1 << 30)]
    public void A_variable_of_the_environment_sets_a_limit(string text, long bytes) =>
        Assert.Equal(bytes, Read("CONCORD_LIMIT_RECORD", text).RecordBytes);

    [Theory]
    [InlineData("CONCORD_LIMIT_RECORD", "12 MB")]
    [InlineData("CONCORD_LIMIT_RECORD", "-1")]
    [InlineData("CONCORD_LIMIT_RECORD", "K")]
    [InlineData("CONCORD_LIMIT_RECORD", "99999999999T")]
    [InlineData("CONCORD_LIMIT_DEPTH", "1000000")]
    public void A_variable_that_is_no_limit_is_named(string name, string text)
    {
        var error = Assert.Throws<ConcordException>(() => Read(name, text)).Message;
        Assert.Contains($"{name} is '{text}'; a whole number from", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000, "1000 bytes")]
    [InlineData(1 << 16, "64 KiB")]
    [InlineData(256 << 20, "256 MiB")]
    [InlineData(1L << 34, "16 GiB")]
    public void Bytes_are_said_in_words(long count, string words) => Assert.Equal(words, Limits.Bytes(count));

    /// <summary>Every limit has its row in the table of docs/reliability.md.</summary>
    [Fact]
    public void The_page_lists_all()
    {
        var page = File.ReadAllText(Path.Combine(Shared.RepositoryRoot, "docs", "reliability.md"));
        var names = new List<string>();
        Limits.Read(name =>
        {
            names.Add(name);
            return null;
        });
        Assert.Equal(11, names.Count);
        Assert.All(names, name => Assert.Contains($"| `{name}` |", page, StringComparison.Ordinal));
    }

    private static Limits Read(string name, string text) => Limits.Read(asked => asked == name ? text : null);
}
