using System.Text;
using System.Text.RegularExpressions;
using Concord.Tokenization.Patterns;
using Xunit;

namespace Concord.Tests.Tokenizers;

/// <summary>
/// The scanners written by hand against the general engine, and that against .NET's on texts where the two mean the
/// same.
/// </summary>
public class PatternTests
{
    public static TheoryData<string> Known =>
        [ContractionPattern.Gpt2, ContractionPattern.Llama3, ContractionPattern.Qwen];

    [Theory]
    [MemberData(nameof(Known))]
    public void The_scanner_equals_the_expression(string expression)
    {
        TextPattern scanner = ContractionPattern.TryCreate(expression)!,
            engine = new RegexPattern(expression);
        var random = new Random(7);
        for (var i = 0; i < 4000; i++)
        {
            var text = RandomText(random, random.Next(1, 40));
            Assert.Equal(Matches(engine, text), Matches(scanner, text));
        }
    }

    [Theory]
    [InlineData(@"a|ab|abc")]
    [InlineData(@"(?:ab|a)(?:c|bc)d?")]
    [InlineData(@"a{2}|b{1,3}|c{,2}d|e{2,}")]
    [InlineData(@"a*?b+?c??d")]
    [InlineData(@"a++b|[abc]*+d|(?>ab|a)c")]
    [InlineData(@"(?=ab)a|(?!ab)[ab]|(?<=b)c|(?<!b)c")]
    [InlineData(@"[^a-c\s]+|\d+|\w+")]
    [InlineData(@"(?:ab|cd)+e|(?:a|b)*?c")]
    [InlineData(@"(?i:ab|C)d")]
    [InlineData(@"\s+(?!\S)|\s+|\S")]
    [InlineData(@"[a-c\d]{2,3}(?:\.|,)|\.\d+")]
    public void The_engine_equals_dotnet_on_ascii(string expression)
    {
        var engine = new RegexPattern(expression);
        var other = new Regex(
            expression
                .Replace("{,2}", "{0,2}", StringComparison.Ordinal)
                .Replace("a++", "(?>a+)", StringComparison.Ordinal)
                .Replace("[abc]*+", "(?>[abc]*)", StringComparison.Ordinal),
            RegexOptions.CultureInvariant,
            TimeSpan.FromSeconds(5)
        );
        var random = new Random(11);
        for (var i = 0; i < 2000; i++)
        {
            var text = new string([
                .. Enumerable.Range(0, random.Next(0, 14)).Select(_ => "abcdeABCD01., \n"[random.Next(15)]),
            ]);
            var expected = other
                .Matches(text)
                .Where(match => match.Length > 0)
                .Select(match => (match.Index, match.Index + match.Length));
            Assert.Equal(expected, Matches(engine, text).Where(match => match.End > match.Start));
        }
    }

    [Fact]
    public void A_letter_beyond_the_BMP_is_a_letter()
    {
        Assert.Equal((1, 5), new RegexPattern(@"\p{L}+").Next("1\U00010400\U00010428 ", 0));
        Assert.Equal((0, 4), new RegexPattern(@"[^\p{L}]{2}").Next("\U0001F600\U0001F600", 0));
    }

    [Fact]
    public void A_megabyte_of_one_class_does_not_overflow()
    {
        var text = new string(' ', 1 << 20) + "a";
        foreach (var expression in (string[])[ContractionPattern.Llama3, @"(?:ab| )*x| "])
        {
            var (start, end) = new RegexPattern(expression).Next(text, 0);
            Assert.Equal(0, start);
            Assert.True(end is 1 or (1 << 20) - 1);
        }
    }

    private static List<(int Start, int End)> Matches(TextPattern pattern, string text)
    {
        var found = new List<(int, int)>();
        TextWork.Begin(text.Length);
        for (var from = 0; from <= text.Length; )
        {
            var (start, end) = pattern.Next(text, from);
            if (start < 0)
                break;
            found.Add((start, end));
            from = end > start ? end : end + 1;
        }
        return found;
    }

    private static string RandomText(Random random, int count)
    {
        int[] telling =
        [
            ' ',
            ' ',
            ' ',
            '\n',
            '\r',
            '\t',
            '\'',
            '\'',
            's',
            'S',
            0x17F,
            'l',
            'L',
            'v',
            'e',
            'E',
            'd',
            '1',
            '2',
            '.',
            '!',
            0xA0,
            0x3000,
            0x661,
            0xBD,
            0x301,
            0x10400,
            0x1D7D8,
            0x1F600,
            0x4E2D,
            0x200B,
            0x16FF4,
            0x897,
            0x1C89,
        ];
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            var point = random.Next(8) == 0 ? random.Next(0x110000) : telling[random.Next(telling.Length)];
            text.Append(point is >= 0xD800 and < 0xE000 ? "?" : char.ConvertFromUtf32(point));
        }
        return text.ToString();
    }
}
