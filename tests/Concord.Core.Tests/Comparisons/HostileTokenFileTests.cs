using System.Buffers.Binary;
using Concord.Foundation;
using Concord.Preferences;
using Concord.Tokenization.Comparisons;
using Xunit;

namespace Concord.Tests.Comparisons;

/// <summary>Token files whose hash is right but whose contents are not.</summary>
public sealed class HostileTokenFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Damaged_contents_under_a_right_hash_are_found() =>
        Fuzz.Run(
            "tokens",
            Read,
            [],
            Written(),
            File.ReadAllBytes(
                Write([
                    [],
                    [],
                ])
            )
        );

    private void Read(byte[] bytes)
    {
        var file = folder.File("x.tokens");
        File.WriteAllBytes(file, Hashed(bytes));
        try
        {
            var key = bytes.Length < 24 ? 0 : BinaryPrimitives.ReadUInt128LittleEndian(bytes.AsSpan(8));
            using var opened = TokenFile.Open(file, key);
            foreach (var comparison in opened!.Parts.SelectMany(part => part))
                Assert.Equal(comparison.RowCount, comparison.Ids.Suffixes.Length);
        }
        // half a sentence, which who opens the file ends
        catch (InvalidDataException) { }
    }

    // The hash is made right again, so that what lies behind it is looked at.
    private static byte[] Hashed(byte[] bytes)
    {
        bytes = [.. bytes];
        if (bytes.Length < TokenFile.HeaderLength)
            return bytes;
        var header = bytes.AsSpan(0, TokenFile.HeaderLength);
        BinaryPrimitives.WriteUInt64LittleEndian(header, TokenFile.Magic);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], bytes.Length);
        var offset = Math.Clamp(
            BinaryPrimitives.ReadInt64LittleEndian(header[32..]),
            TokenFile.HeaderLength,
            bytes.Length
        );
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], offset);
        BinaryPrimitives.WriteInt64LittleEndian(header[40..], bytes.Length - offset);
        var hash = new ContentHash();
        hash.Add(header[..TokenFile.HashOffset]);
        hash.Add(bytes.AsSpan((int)offset));
        BinaryPrimitives.WriteUInt128LittleEndian(header[TokenFile.HashOffset..], hash.Value);
        return bytes;
    }

    private byte[] Written() =>
        File.ReadAllBytes(
            Write([
                [
                    One(
                        [1, 2],
                        [
                            [3],
                            [4, 5],
                        ]
                    ),
                    One(
                        [],
                        [
                            [6],
                        ]
                    ),
                ],
                [
                    One(
                        [7],
                        [
                            [],
                            [8],
                            [9],
                        ]
                    ),
                ],
            ])
        );

    private string Write(TokenizedComparison[][] parts)
    {
        var file = folder.File("whole.tokens");
        TokenFile.Write(file, new UInt128(7, 9), parts, "about"u8);
        return file;
    }

    private static TokenizedComparison One(int[] prefix, int[][] suffixes) =>
        new()
        {
            Prefix = prefix,
            Suffixes = suffixes,
            Scores = [.. suffixes.Select((_, row) => (double)row)],
            ResponseLengths = [.. suffixes.Select(suffix => suffix.Length)],
            Comparison = new Comparison
            {
                Source = "source",
                Responses = [],
                Scores = [],
                Margin = 0.5,
                Annotator = "annotator",
                PromptId = "prompt",
                Origin = new RecordOrigin("a.jsonl", 1),
            },
        };
}
