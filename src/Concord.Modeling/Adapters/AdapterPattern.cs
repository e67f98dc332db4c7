using System.Text.RegularExpressions;

namespace Concord.Modeling.Adapters;

/// <summary>
/// A regular expression of an adapter's config, in Python's spelling, matched from the beginning of a name as Python's
/// <c>re.match</c> does.
/// </summary>
internal sealed class AdapterPattern
{
    // The names it is asked of are short: what takes longer has no end.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly string file;
    private readonly string key;
    private readonly Regex begins;
    private readonly Regex whole;

    /// <summary>Reads an expression.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="file">Named in errors.</param>
    /// <param name="key">Named in errors.</param>
    /// <exception cref="ConcordException">It is none.</exception>
    public AdapterPattern(string text, string file, string key)
    {
        (Text, this.file, this.key) = (text, file, key);
        var dotNet = text.Replace("(?P<", "(?<", StringComparison.Ordinal)
            .Replace(@"\Z", @"\z", StringComparison.Ordinal);
        try
        {
            begins = new Regex($@"\A(?:{dotNet})", RegexOptions.CultureInvariant, Longest);
            whole = new Regex($@"\A(?:{dotNet})\z", RegexOptions.CultureInvariant, Longest);
        }
        catch (ArgumentException error)
        {
            throw new ConcordException(
                $"{file}: {key} has \"{text}\", which is no regular expression that is read here: {error.Message}",
                error
            );
        }
    }

    /// <summary>The expression as it stands.</summary>
    public string Text { get; }

    /// <summary>Whether a name begins as the expression says.</summary>
    public bool Begins(string name) => Matched(begins, name).Success;

    /// <summary>Whether the whole name is as the expression says.</summary>
    public bool IsWhole(string name) => Matched(whole, name).Success;

    /// <summary>The number in the expression's first group, where a name begins as it says; else null.</summary>
    public int? Group(string name) =>
        Matched(begins, name) is { Success: true } match
        && int.TryParse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private Match Matched(Regex regex, string name)
    {
        try
        {
            return regex.Match(name);
        }
        catch (RegexMatchTimeoutException error)
        {
            throw new ConcordException(
                $"{file}: {key} has \"{Text}\", a regular expression that takes more than a second on \"{name}\". Write "
                    + $"the names as a list.",
                error
            );
        }
    }
}
