namespace Concord.Modeling.Rewards;

/// <summary>The names of <see cref="Pooling"/> in files and settings.</summary>
public static class PoolingNames
{
    /// <summary>The name: <c>last</c>, <c>eos</c>, <c>mean</c> or <c>max</c>.</summary>
    public static string Of(Pooling pooling) =>
        pooling switch
        {
            Pooling.Eos => "eos",
            Pooling.Mean => "mean",
            Pooling.Max => "max",
            _ => "last",
        };

    /// <summary>The pooling of a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="where">The file or setting it stands in, for the message.</param>
    /// <exception cref="ConcordException">No pooling has the name.</exception>
    public static Pooling Parse(string name, string where) =>
        name switch
        {
            "last" => Pooling.Last,
            "eos" => Pooling.Eos,
            "mean" => Pooling.Mean,
            "max" => Pooling.Max,
            _ => throw new ConcordException($"{where}: pooling '{name}' is unknown; expected last, eos, mean or max."),
        };
}
