using Concord.Preferences;
using Concord.Tokenization.Comparisons;
using Xunit;

namespace Concord.Tests.Comparisons;

public class TokenFileTests
{
    private static readonly UInt128 Key = new(7, 9);

    private static TokenizedComparison One(int number, int[] prefix, int[][] suffixes) =>
        new()
        {
            Prefix = prefix,
            Suffixes = suffixes,
            Scores = [.. suffixes.Select((_, row) => row / 3.0 - number)],
            Truncated = number % 2 == 0,
            ResponseCut = number % 3 == 0,
            ResponseLengths = number == 4 ? null : [.. suffixes.Select((_, row) => 10 * number + row)],
            Comparison = new Comparison
            {
                Source = $"source {number % 2}",
                Responses = [],
                Scores = [],
                Margin = number % 2 == 0 ? null : number / 7.0,
                Annotator = number == 1 ? null : $"annotator {number % 2}",
                PromptId = $"prompt \uD800 {number}",
                Origin = new RecordOrigin("a/ünï.jsonl", number),
            },
        };

    private static TokenizedComparison[][] Parts() =>
        [
            [
                One(
                    1,
                    [1, 2, 3],
                    [
                        [4],
                        [5, 6],
                    ]
                ),
                One(
                    2,
                    [],
                    [
                        [9],
                    ]
                ),
                One(
                    3,
                    [7],
                    [
                        [],
                        [8],
                        [9, int.MaxValue],
                    ]
                ),
            ],
            [
                One(
                    4,
                    [1],
                    [
                        [2],
                        [3],
                    ]
                ),
            ],
        ];

    private static void Same(TokenizedComparison expected, TokenizedComparison actual)
    {
        Assert.Equal(expected.Prefix, actual.Prefix);
        Assert.Equal(expected.Suffixes, actual.Suffixes);
        Assert.Equal(expected.Scores, actual.Scores);
        Assert.Equal(expected.Scores, actual.Comparison.Scores);
        Assert.Equal(
            (expected.Truncated, expected.ResponseCut, expected.ContentKey),
            (actual.Truncated, actual.ResponseCut, actual.ContentKey)
        );
        Assert.Equal(
            (expected.RowCount, expected.PrefixLength, expected.PackedLength),
            (actual.RowCount, actual.PrefixLength, actual.PackedLength)
        );
        for (var row = 0; row < expected.RowCount; row++)
            Assert.Equal(expected.RowLength(row), actual.RowLength(row));
        var (before, after) = (expected.Comparison, actual.Comparison);
        Assert.Equal(
            (before.Source, before.Annotator, before.Margin, before.PromptId, before.Origin),
            (after.Source, after.Annotator, after.Margin, after.PromptId, after.Origin)
        );
        Assert.Equal(expected.ResponseLengths, actual.ResponseLengths);
    }

    private static void Same(TokenizedComparison[][] expected, TokenFile actual)
    {
        Assert.Equal(expected.Select(part => part.Length), actual.Parts.Select(part => part.Count));
        for (var part = 0; part < expected.Length; part++)
        for (var i = 0; i < expected[part].Length; i++)
            Same(expected[part][i], actual.Parts[part][i]);
    }

    [Fact]
    public void What_is_written_is_read_and_only_for_its_key()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("sub/a.tokens");
        Assert.Null(TokenFile.Open(path, Key));
        TokenFile.Write(path, Key, Parts(), [1, 2, 3]);
        using (var file = TokenFile.Open(path, Key)!)
        {
            Same(Parts(), file);
            Assert.Equal([1, 2, 3], file.About.ToArray());
            // a change of part of a comparison leaves the rest where it is
            var changed = file.Parts[0][0] with
            {
                Suffixes =
                [
                    [1],
                ],
            };
            Assert.Equal([1, 2, 3], changed.Prefix);
            Assert.Equal((1, 4), (changed.RowCount, changed.PackedLength));
            Assert.NotEqual(file.Parts[0][0].ContentKey, changed.ContentKey);
            Assert.Equal(file.Parts[0][0], file.Parts[0][0] with { });
        }
        Assert.Throws<InvalidDataException>(() => TokenFile.Open(path, Key + 1));
    }

    [Fact]
    public void Whatever_byte_is_damaged_or_cut_no_wrong_id_is_given()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a.tokens");
        TokenFile.Write(path, Key, Parts(), "about"u8);
        var whole = File.ReadAllBytes(path);
        var repairs = 0;
        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[at] ^= (byte)(1 << (at % 8));
            File.WriteAllBytes(path, damaged);
            try
            {
                using var file = TokenFile.Open(path, Key)!;
                Assert.Throws<ConcordException>(() => Same(Parts(), file));
                file.Repair = () =>
                {
                    repairs++;
                    return [.. Parts().SelectMany(part => part)];
                };
                Same(Parts(), file);
            }
            catch (InvalidDataException)
            {
                Assert.False(
                    at is >= TokenFile.HeaderLength and < TokenFile.HeaderLength + 4 * 14,
                    "ids are looked at when they are read"
                );
            }
        }
        Assert.Equal(4 * 14, repairs); // the bytes of all ids: one repair for each file
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Throws<InvalidDataException>(() => TokenFile.Open(path, Key));
        }
        File.WriteAllBytes(path, [.. whole, 0]);
        Assert.Throws<InvalidDataException>(() => TokenFile.Open(path, Key));
    }

    [Fact]
    public void Who_writes_and_reads_at_once_meets_whole_files_only()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a.tokens");
        TokenFile.Write(path, Key, Parts(), []);
        Parallel.For(
            0,
            64,
            i =>
            {
                if (i % 2 == 0)
                    TokenFile.Write(path, Key, Parts(), []);
                using var file = TokenFile.Open(path, Key)!;
                Same(Parts(), file);
            }
        );
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_said()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("taken"), "");
        Assert.Throws<ConcordException>(() => TokenFile.Write(folder.File("taken/a.tokens"), Key, Parts(), []));
    }
}
