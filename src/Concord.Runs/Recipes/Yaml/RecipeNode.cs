namespace Concord.Runs.Recipes.Yaml;

/// <summary>Where a value was written.</summary>
/// <param name="File">The recipe's file as it was given, or null for a value given on the command line.</param>
/// <param name="Line">The line, from 1.</param>
internal sealed record RecipeLocation(string? File, int Line)
{
    /// <summary>A value given on the command line.</summary>
    public static RecipeLocation CommandLine { get; } = new(null, 0);

    /// <inheritdoc />
    public override string ToString() => File is null ? "On the command line" : $"{File}, line {Line}";

    /// <summary>
    /// The error of a value that was written here: a usage error on the command line, else one of the file.
    /// </summary>
    public ConcordException Error(string sentence) =>
        File is null ? new RecipeOverrideException($"{this}: {sentence}") : new ConcordException($"{this}: {sentence}");
}

/// <summary>A value of a recipe as it was written, before anybody knows what it should be.</summary>
internal abstract class RecipeNode(RecipeLocation where)
{
    /// <summary>Where it was written.</summary>
    public RecipeLocation Where => where;

    /// <summary>What it is, for errors.</summary>
    public abstract string Kind { get; }
}

/// <summary>A single value; a text of null where nothing was written.</summary>
internal sealed class RecipeScalar(RecipeLocation where, string? text) : RecipeNode(where)
{
    public string? Text => text;

    public override string Kind =>
        text is null ? "empty"
        : text.Length <= 80 ? $"'{text}'"
        : $"'{text[..77]}...'";
}

/// <summary>A list of values.</summary>
internal sealed class RecipeSequence(RecipeLocation where, List<RecipeNode> items) : RecipeNode(where)
{
    public List<RecipeNode> Items => items;

    public override string Kind => "a list";
}

/// <summary>Keys with values, in the order in which they were written.</summary>
internal sealed class RecipeMapping(RecipeLocation where) : RecipeNode(where)
{
    public OrderedDictionary<string, (RecipeNode Value, RecipeLocation Where)> Entries { get; } =
        new(StringComparer.Ordinal);

    public override string Kind => "a group of keys";
}
