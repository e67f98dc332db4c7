using System.Collections;
using System.Runtime.CompilerServices;

namespace Concord.Calibration;

/// <summary>The numbers of each source, in order and by name.</summary>
[CollectionBuilder(typeof(SourceMetricsList), nameof(Create))]
public sealed class SourceMetricsList : IReadOnlyList<SourceMetrics>
{
    private readonly SourceMetrics[] metrics;

    /// <summary>A list; names occur once.</summary>
    /// <exception cref="ArgumentException">Two have one name.</exception>
    public SourceMetricsList(IEnumerable<SourceMetrics> metrics)
    {
        this.metrics = [.. metrics];
        if (this.metrics.DistinctBy(one => one.Name).Count() < this.metrics.Length)
            throw new ArgumentException("Two sources have one name.", nameof(metrics));
    }

    /// <summary>A list; what a collection expression calls.</summary>
    /// <exception cref="ArgumentException">Two have one name.</exception>
    public static SourceMetricsList Create(ReadOnlySpan<SourceMetrics> metrics) => new(metrics.ToArray());

    /// <summary>How many sources there are.</summary>
    public int Count => metrics.Length;

    /// <summary>The source at a place, from 0.</summary>
    public SourceMetrics this[int index] => metrics[index];

    /// <summary>The source of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message names those there are.</exception>
    public SourceMetrics this[string name] =>
        Find(name)
        ?? throw new KeyNotFoundException(
            $"There is no source {name}; there are {string.Join(", ", metrics.Select(one => one.Name))}."
        );

    /// <summary>The source of a name, or null.</summary>
    public SourceMetrics? Find(string name) => Array.Find(metrics, one => one.Name == name);

    /// <inheritdoc/>
    public IEnumerator<SourceMetrics> GetEnumerator() => metrics.AsEnumerable().GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
