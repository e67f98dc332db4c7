using Concord.Preferences;
using Concord.Tests.Tokenizers;
using Concord.Tokenization.Comparisons;
using Concord.Tokenization.Rendering;
using CsCheck;
using Xunit;

namespace Concord.Tests.Rendering;

public class TruncationTests
{
    private const int Bos = 1,
        Eos = 2;

    // A prompt of ids 100.., which all rows share, and responses of ids that tell row and place.
    private static readonly Gen<(int Maximum, bool HasBos, int Prompt, int[] Responses)> Cases = Gen.Select(
        Gen.Int[3, 24],
        Gen.Bool,
        Gen.Int[0, 30],
        Gen.Int[1, 40].Array[1, 4],
        (maximum, bos, prompt, responses) => (maximum, bos, prompt, responses)
    );

    private static int[][] Rows(bool bos, int prompt, int[] responses, bool eos) =>
        [
            .. responses.Select(
                (length, row) =>
                    (int[])
                        [
                            .. bos ? [Bos] : Array.Empty<int>(),
                            .. Enumerable.Range(100, prompt),
                            .. Enumerable.Range(1000 * (row + 1), length),
                            .. eos ? [Eos] : Array.Empty<int>(),
                        ]
            ),
        ];

    private static Truncation.Layout Layout(bool bos, int prompt, bool eos) =>
        new(prompt + (bos ? 1 : 0), Bos, eos ? Eos : null);

    [Fact]
    public void Shared_left_is_one_window_on_the_prompt() =>
        Cases.Sample(
            (maximum, bos, prompt, responses) =>
            {
                var rows = Rows(bos, prompt, responses, eos: false);
                var kept = bos ? 1 : 0;
                var (cut, responseCut) = Truncation.Cut(
                    rows,
                    maximum,
                    TruncationPolicy.SharedLeft,
                    Layout(bos, prompt, eos: false)
                );
                Assert.All(cut, row => Assert.InRange(row.Length, 1, maximum));
                Assert.Equal(responses.Max() + kept > maximum, responseCut);
                var longest = rows.Max(row => row.Length);
                var left = Math.Min(prompt, Math.Max(0, prompt - (longest - maximum)));
                for (var row = 0; row < cut.Length; row++)
                {
                    // BOS, then the same end of the prompt in every row, then the response from its beginning.
                    int[] expected =
                    [
                        .. rows[row][..kept],
                        .. Enumerable.Range(100 + prompt - left, left),
                        .. Enumerable.Range(1000 * (row + 1), responses[row]),
                    ];
                    Assert.Equal(expected[..Math.Min(maximum, expected.Length)], cut[row]);
                }
                if (cut.Length > 1)
                    Assert.Equal(kept + left, TokenizedComparison.Share(cut).Prefix.Length);
                if (longest <= maximum)
                    Assert.Equal(rows, cut);
                else
                    Assert.Contains(cut, row => row.Length == maximum);
            }
        );

    [Fact]
    public void Left_and_right_keep_the_other_end() =>
        Cases.Sample(
            (maximum, bos, prompt, responses) =>
            {
                var rows = Rows(bos, prompt, responses, eos: true);
                var layout = Layout(bos, prompt, eos: true);
                var left = Truncation.Cut(rows, maximum, TruncationPolicy.Left, layout).Rows;
                var right = Truncation.Cut(rows, maximum, TruncationPolicy.Right, layout).Rows;
                for (var row = 0; row < rows.Length; row++)
                {
                    Assert.Equal(Math.Min(maximum, rows[row].Length), left[row].Length);
                    Assert.Equal(Math.Min(maximum, rows[row].Length), right[row].Length);
                    var kept = bos ? 1 : 0;
                    Assert.Equal(rows[row][..kept], left[row][..kept]);
                    Assert.Equal(rows[row][^(left[row].Length - kept)..], left[row][kept..]);
                    Assert.Equal(rows[row][..(right[row].Length - 1)], right[row][..^1]);
                    Assert.Equal((Eos, Eos), (left[row][^1], right[row][^1]));
                }
            }
        );

    [Fact]
    public void EOS_survives_a_response_that_is_cut() =>
        Cases.Sample(
            (maximum, bos, prompt, responses) =>
                Assert.All(
                    Truncation
                        .Cut(
                            Rows(bos, prompt, responses, eos: true),
                            maximum,
                            TruncationPolicy.SharedLeft,
                            Layout(bos, prompt, eos: true)
                        )
                        .Rows,
                    row =>
                    {
                        Assert.Equal(Eos, row[^1]);
                        Assert.InRange(row.Length, 2, maximum);
                    }
                )
        );

    [Fact]
    public void A_single_response_loses_prompt_before_it_loses_its_end()
    {
        var comparison = new Comparison
        {
            Source = "s",
            PromptId = "p",
            Origin = new RecordOrigin("f", 1),
            Form = ComparisonForm.TokenIds,
            PromptTokenIds = [1, 2, 3, 4, 5],
            Responses = [Response.FromTokenIds([10, 11, 12, 13])],
            Scores = [0],
        };
        TokenizedComparison Encode(int maximum) =>
            new ComparisonEncoder(null, new RenderingOptions { MaximumLength = maximum }).Encode(comparison)!;
        Assert.Equal([4, 5, 10, 11, 12, 13], Encode(6).Prefix);
        Assert.True(Encode(6) is { Truncated: true, ResponseCut: false });
        Assert.Equal([10, 11, 12], Encode(3).Prefix);
        Assert.True(Encode(3) is { Truncated: true, ResponseCut: true });
        Assert.False(Encode(9).Truncated);
        Assert.Throws<ConcordException>(() => Encode(2));
    }

    [Fact]
    public void Two_equal_answers_keep_their_beginning()
    {
        var tokenizer = GoldenTokenizers.Get("llama3");
        var answer = string.Concat(Enumerable.Repeat(" yes", 30));
        var comparison = new Comparison
        {
            Source = "s",
            PromptId = "p",
            Origin = new RecordOrigin("f", 1),
            Prompt = [new Message(Roles.User, string.Concat(Enumerable.Repeat("why ", 50)) + "?")],
            Responses = [Response.FromAssistant("First." + answer), Response.FromAssistant("First." + answer)],
            Scores = [1, 0],
        };
        var encoded = new ComparisonEncoder(
            tokenizer,
            new RenderingOptions { Rendering = DialogueRendering.Hh, MaximumLength = 24 }
        ).Encode(comparison)!;
        Assert.True(encoded is { Truncated: true, ResponseCut: true });
        // The last id of the question, " ?\n\n", is joined with what comes after it and so belongs to the answer.
        Assert.StartsWith(
            "<|begin_of_text|> ?\n\nAssistant: First. yes",
            tokenizer.Decode(encoded.Prefix),
            StringComparison.Ordinal
        );
        Assert.Equal(24, encoded.Prefix.Length);
        Assert.All(encoded.Suffixes, Assert.Empty);
    }
}
