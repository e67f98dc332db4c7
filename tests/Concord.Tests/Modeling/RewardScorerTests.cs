using Concord.Modeling.Rewards;
using Concord.Tokenization.Comparisons;
using Xunit;

namespace Concord.Tests.Modeling;

public class RewardScorerTests
{
    [Fact]
    public void A_stream_of_any_length_is_held_a_batch_at_a_time_and_keeps_its_order()
    {
        var comparisons = RewardGoldenTests.Comparisons("llama_gqa", share: true);
        using var model = RewardModel.Load(Shared.Path("golden", "rewards", "llama_gqa", "model"));
        var longest = comparisons.Max(comparison => comparison.PackedLength);
        var (pulled, most) = (0, 0);
        // a few to score, then a long stretch of what cannot be, and again
        const int Count = 40_000;
        TokenizedComparison? At(int i) => i % 20_000 < 50 ? comparisons[i % comparisons.Count] : null;
        IEnumerable<int> Stream()
        {
            for (; pulled < Count; pulled++)
                yield return pulled;
        }

        var next = 0;
        foreach (var (item, rewards) in new RewardScorer(model, 2 * longest).Score(Stream(), At))
        {
            Assert.Equal(next++, item);
            most = Math.Max(most, pulled - item);
            Assert.Equal(At(item)?.RowCount, rewards?.Length);
        }
        Assert.Equal(Count, next);
        Assert.InRange(most, 1, 4096);
    }
}
