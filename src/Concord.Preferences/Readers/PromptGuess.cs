using System.Text.Json;
using System.Text.RegularExpressions;

namespace Concord.Preferences.Readers;

/// <summary>Which columns of an unknown record may be the prompt and the answers, to propose a mapping.</summary>
internal static partial class PromptGuess
{
    /// <summary>A column beside the answers that holds text no reader knows, or null.</summary>
    public static string? Of(RecordFields record) =>
        record.Columns.FirstOrDefault(name =>
            !Bookkeeping.Is(name)
            && !Remarks().IsMatch(name)
            && PairRecord.NamesOf(record) is var (chosen, rejected)
            && name != chosen
            && name != rejected
            && IsText(record, name)
        );

    /// <summary>The mapping to propose for a record that no format knows.</summary>
    public static string Mapping(RecordFields record)
    {
        var free = record.Columns.Where(name => IsText(record, name) && !Bookkeeping.Is(name)).ToList();
        string? Take(Regex names)
        {
            if (free.Find(name => names.IsMatch(name)) is { } found && free.Remove(found))
                return found;
            return null;
        }
        var prompt = Take(Prompts());
        var rejected = Take(Losers());
        var chosen = Take(Winners());
        string Rest(string? found)
        {
            if (found is not null)
                return found;
            if (free.Count == 0)
                return "COLUMN";
            found = free[0];
            free.RemoveAt(0);
            return found;
        }
        return $"prompt={Rest(prompt)},chosen={Rest(chosen)},rejected={Rest(rejected)}";
    }

    private static bool IsText(RecordFields record, string name) =>
        record.Peek(name) is { } value
        && (value is { ValueKind: JsonValueKind.String } && IsWords(JsonText.Of(value)) || JsonMessages.IsList(value));

    private static bool IsWords(string text) => text.Any(char.IsLetter);

    [GeneratedRegex("rationale|reason|explan|feedback|comment|critique|judg|score|rating|label|margin|raw", Any)]
    private static partial Regex Remarks();

    [GeneratedRegex("prompt|question|instr|query|input|ask|user|human|problem|task|post|message|context", Any)]
    private static partial Regex Prompts();

    [GeneratedRegex("reject|lose|loss|loser|bad|worse|worst|neg|dis|non|refus|down|wrong|_l$|_b$|b$|2$", Any)]
    private static partial Regex Losers();

    [GeneratedRegex("chosen|prefer|win|good|better|best|pos|accept|up|correct|right|_w$|_a$|a$|1$", Any)]
    private static partial Regex Winners();

    private const RegexOptions Any = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;
}
