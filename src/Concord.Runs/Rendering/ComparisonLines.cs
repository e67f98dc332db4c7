using Concord.Preferences;
using Concord.Preferences.Readers;
using Concord.Tokenization;
using Concord.Tokenization.Rendering;

namespace Concord.Runs.Rendering;

/// <summary>Lines for every answer of every comparison.</summary>
internal sealed class ComparisonLines(Tokenizer? tokenizer, ComparisonEncoder encoder)
{
    public IEnumerable<RenderedLine> Of(IEnumerable<ReadRecord> records)
    {
        foreach (var record in records)
        {
            if (record.Problem is { } problem)
                yield return new RenderedLine { Line = record.Line, Error = problem.ToString() };
            foreach (var comparison in record.Comparisons)
            foreach (var line in Of(comparison))
                yield return line;
        }
    }

    private IReadOnlyList<RenderedLine> Of(Comparison comparison)
    {
        var number = comparison.Origin.Line;
        try
        {
            var ids = tokenizer is null ? null : encoder.EncodeRows(comparison);
            var texts = comparison.Form == ComparisonForm.TokenIds ? null : encoder.Render(comparison);
            return
            [
                .. Enumerable
                    .Range(0, comparison.Responses.Count)
                    .Select(at =>
                    {
                        var line = new RenderedLine
                        {
                            Line = number,
                            Response = at,
                            Text = texts?[at],
                        };
                        return ids is null ? line : line.With(tokenizer!, ids[at]);
                    }),
            ];
        }
        catch (ConcordException error)
        {
            return [new RenderedLine { Line = number, Error = error.Message }];
        }
    }
}
