using Concord.Tokenization.Rendering;

namespace Concord.Modeling.Rewards;

/// <summary>The names of renderings and truncation policies in files and settings.</summary>
public static class EncodingNames
{
    private static readonly (string Name, DialogueRendering Value)[] Renderings =
    [
        ("auto", DialogueRendering.Auto),
        ("hh", DialogueRendering.Hh),
        ("chat", DialogueRendering.Chat),
    ];

    private static readonly (string Name, TruncationPolicy Value)[] Policies =
    [
        ("shared-left", TruncationPolicy.SharedLeft),
        ("left", TruncationPolicy.Left),
        ("right", TruncationPolicy.Right),
        ("drop", TruncationPolicy.Drop),
        ("error", TruncationPolicy.Error),
    ];

    private static readonly (string Name, bool Value)[] Dialogues = [("keep", false), ("parse", true)];

    /// <summary>The names of the renderings.</summary>
    public static IReadOnlyList<string> RenderingNames { get; } = [.. Renderings.Select(one => one.Name)];

    /// <summary>The names of what becomes of whole texts that are dialogues: kept as they are, or parsed.</summary>
    public static IReadOnlyList<string> DialogueNames { get; } = [.. Dialogues.Select(one => one.Name)];

    /// <summary>The name of a rendering.</summary>
    public static string Of(DialogueRendering rendering) =>
        Array.Find(Renderings, entry => entry.Value == rendering).Name;

    /// <summary>The name of a policy.</summary>
    public static string Of(TruncationPolicy policy) => Array.Find(Policies, entry => entry.Value == policy).Name;

    /// <summary>The rendering of a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="where">The file or setting it stands in.</param>
    /// <exception cref="ConcordException">There is none of this name.</exception>
    public static DialogueRendering ParseRendering(string name, string where) =>
        Find(Renderings, name, where, "rendering");

    /// <summary>Whether whole texts that are dialogues are read as messages.</summary>
    /// <param name="name">The name; null for as they are.</param>
    /// <param name="where">The file or setting it stands in.</param>
    /// <exception cref="ConcordException">There is none of this name.</exception>
    public static bool ParseDialogues(string? name, string where) =>
        name is not null && Find(Dialogues, name, where, "dialogues");

    /// <summary>The policy of a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="where">The file or setting it stands in.</param>
    /// <exception cref="ConcordException">There is none of this name.</exception>
    public static TruncationPolicy ParseTruncation(string name, string where) =>
        Find(Policies, name, where, "truncation");

    private static T Find<T>((string Name, T Value)[] known, string name, string where, string what)
    {
        foreach (var (knownName, value) in known)
            if (knownName == name)
                return value;
        throw new ConcordException(
            $"{where}: {what} '{name}' is unknown; expected {string.Join(", ", known.Select(entry => entry.Name))}."
        );
    }
}
