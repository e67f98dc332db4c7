using System.CommandLine;
using Concord.Modeling.Rewards;

namespace Concord.Cli.CommandLine;

/// <summary>The options <c>--rendering</c> and <c>--dialogues</c>: how a model reads texts, where its folder is not to
/// decide.</summary>
internal sealed class ReadingOptions
{
    private readonly Option<string?> rendering = new("--rendering")
    {
        Description =
            "How messages become text; if not given, as the folder's concord.json says, else by its chat template, "
            + "where it has one, else hh.",
        HelpName = string.Join('|', EncodingNames.RenderingNames),
    };

    private readonly Option<string?> dialogues = new("--dialogues")
    {
        Description =
            "Whole texts that are dialogues (Human: .. Assistant: ..): kept as they are, or parsed and rendered like "
            + "messages; if not given, as the folder says, else keep.",
        HelpName = string.Join('|', EncodingNames.DialogueNames),
    };

    /// <summary>Both.</summary>
    public IReadOnlyList<Option> Options => [rendering, dialogues];

    /// <summary>The rendering's name, or null.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public string? Rendering(ParseResult parse) => Checked(parse, rendering, EncodingNames.RenderingNames);

    /// <summary>What becomes of dialogues, by name, or null.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public string? Dialogues(ParseResult parse) => Checked(parse, dialogues, EncodingNames.DialogueNames);

    private static string? Checked(ParseResult parse, Option<string?> option, IReadOnlyList<string> names)
    {
        var given = parse.GetValue(option);
        return given is null || names.Contains(given)
            ? given
            : throw new UsageException($"{option.Name} {given}: one of {string.Join(", ", names)} was expected.");
    }
}
