using Concord.Foundation;
using Xunit;

namespace Concord.Tests.Foundation;

public class OrderedParallelTests
{
    [Fact]
    public void Results_keep_their_order_and_the_first_error_in_order_is_thrown_in_its_place()
    {
        var items = Enumerable.Range(0, 500).ToArray();
        Assert.Equal(items.Select(i => i * i), OrderedParallel.Map(items, i => i * i));
        var given = new List<int>();
        var error = Assert.Throws<ConcordException>(() =>
        {
            foreach (
                var result in OrderedParallel.Map(items, i => i is 71 or 300 ? throw new ConcordException($"{i}") : i)
            )
                given.Add(result);
        });
        Assert.Equal("71", error.Message);
        Assert.Equal(items[..71], given);
    }
}
