using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>The two columns of a pair of answers, and how the second is told from the first.</summary>
/// <param name="Stem">What both names have in common: <c>response</c>.</param>
/// <param name="FirstMark">What names the first: <c>a</c>, <c>1</c> or <c>0</c>.</param>
/// <param name="SecondMark">What names the second.</param>
/// <param name="First">The first column.</param>
/// <param name="Second">The second column.</param>
/// <param name="AreDialogues">Whether they are whole dialogues.</param>
internal sealed record AnswerPair(
    string Stem,
    string FirstMark,
    string SecondMark,
    string First,
    string Second,
    bool AreDialogues
)
{
    private static readonly string[] Stems =
    [
        "response",
        "answer",
        "output",
        "completion",
        "generation",
        "conversation",
        "candidate",
        "reply",
        "summary",
        "text",
        "model_response",
        "assistant",
    ];

    private static readonly (string First, string Second)[] Marks = [("a", "b"), ("A", "B"), ("1", "2"), ("0", "1")];

    private static readonly string[] Joints = ["_", "", " ", "-"];

    /// <summary>The pair that a record has, or null.</summary>
    public static AnswerPair? Of(RecordFields record)
    {
        foreach (var stem in Stems)
        foreach (var (first, second) in Marks)
        foreach (var joint in Joints)
        {
            string one = stem + joint + first,
                other = stem + joint + second;
            if (record.Peek(one) is { } a && record.Peek(other) is { } b && IsAnswer(a) && IsAnswer(b))
                return new AnswerPair(
                    stem,
                    first.ToLowerInvariant(),
                    second.ToLowerInvariant(),
                    one,
                    other,
                    stem == "conversation" && JsonMessages.IsList(a) && JsonMessages.IsList(b)
                );
        }
        return null;
    }

    private static bool IsAnswer(JsonElement answer) =>
        answer.ValueKind is JsonValueKind.String or JsonValueKind.Object or JsonValueKind.Array;
}
