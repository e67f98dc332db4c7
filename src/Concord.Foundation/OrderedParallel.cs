namespace Concord.Foundation;

/// <summary>
/// Work on all cores whose results keep their order and whose error is the first in that order, whichever core was
/// faster.
/// </summary>
public static class OrderedParallel
{
    /// <summary>Maps every item, then gives the results in order up to the first that failed.</summary>
    /// <param name="items">The items.</param>
    /// <param name="map">Makes a result; called from several threads.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>The results. All work is done before the first is given; giving them throws the
    /// <see cref="ConcordException"/> of the first item that has one in its place.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IEnumerable<TResult> Map<TItem, TResult>(
        IReadOnlyList<TItem> items,
        Func<TItem, TResult> map,
        CancellationToken cancellation = default
    )
    {
        var results = new TResult[items.Count];
        var errors = new ConcordException?[items.Count];
        Parallel.For(
            0,
            items.Count,
            new ParallelOptions { CancellationToken = cancellation },
            i =>
            {
                try
                {
                    results[i] = map(items[i]);
                }
                catch (ConcordException error)
                {
                    errors[i] = error;
                }
            }
        );
        return InOrder();

        IEnumerable<TResult> InOrder()
        {
            for (var i = 0; i < results.Length; i++)
                yield return errors[i] is { } error ? throw error : results[i];
        }
    }
}
