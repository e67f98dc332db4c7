using System.Text.RegularExpressions;

namespace Concord.Preferences.Readers;

/// <summary>
/// Columns that keep a data set's books: who, when, from where, by which model, in which language, of what kind. A
/// reward model is told none of it, so leaving them aside loses nothing; every other column may carry meaning.
/// </summary>
internal static partial class Bookkeeping
{
    /// <summary>Whether a column's name, or the last part of a path, is one of them.</summary>
    public static bool Is(string column) =>
        column.Length <= 64 && Names().IsMatch(column[(column.LastIndexOf('.') + 1)..]);

    [GeneratedRegex(
        """
            ^( (.*[_\- ])?(id|ids|nr|idx|index|uid|uuid|key|sha\d*|md5|hash|digest|url|uri|link|path|file|filename|license)
            | \w*[a-z]Id | Unnamed:\ \d+ | __\w+__
            | (.*_)?(split|fold|partition|version|revision|lang|language|locale|country|state)
            | (price|cost|time|review)_\w+ | synthetic | emojis | (.*_)?(time|timestamp|tstamp|ts|date|datetime|year|seconds|duration)(_difference)? | (created|updated)\w* | .*_at
            | (.*_)?(model|models|model_?name|llm|llm_?name|generator|generators|generated_by|engine|policy)(_?[ab0-9]|_\w{1,8})?
            | (num|n|count|total|len|length)_.* | .*_(count|counts|tokens|length|len|num) | (n_)?turns? | tokens? | token_counts?
            | (.*_)?(source|sources|subset|dataset|data_?set|data_?source|origin|corpus|objective|domain|category|categories)(_path)?
            | (.*_)?(type|kind|topic|topics|tag|tags|genre|scenario|difficulty|subreddit|section|task|task_name|name)
            | (.*_)?(author|user|username|worker|annotator|annotators|labeler|labeller|judge|email|batch|avatar|cmp_key)
            )$
            """,
        RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant
    )]
    private static partial Regex Names();
}
