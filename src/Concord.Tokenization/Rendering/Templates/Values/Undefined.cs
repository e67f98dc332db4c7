namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>
/// A variable or an entry that is not there: nothing where printed, false where asked, an error where it is looked
/// into, called or reckoned with.
/// </summary>
/// <param name="What">What is missing, as a clause: "'x' is undefined".</param>
internal sealed record Undefined(string What)
{
    public static Undefined Variable(string name) => new($"'{name}' is undefined");

    public static Undefined Entry(object? target, object? key) =>
        new($"{Describe.Kind(target)} has no entry or attribute {Describe.Key(key)}");

    public TemplateException Error() => new(What);
}
