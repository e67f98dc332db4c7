using System.Globalization;
using System.Text;
using Concord.Modeling.Rewards;
using Concord.Preferences;

namespace Concord.Runs.Data;

/// <summary>A comparison as the model reads it, shortened to a line: a person sees a wrong rendering at once.</summary>
internal static class RenderedExample
{
    private const int Begin = 240,
        End = 120;

    /// <summary>The first comparison that is rendered, else the first text; null where all came as ids.</summary>
    public static string? Of(ModelEncoding encoding, IReadOnlyList<Comparison> comparisons)
    {
        var chosen =
            comparisons.FirstOrDefault(one => one.Form == ComparisonForm.Messages)
            ?? comparisons.FirstOrDefault(one => one.Form == ComparisonForm.Text);
        if (chosen is null)
            return null;
        var best = chosen.Scores.Index().MaxBy(one => one.Item).Index;
        var text = encoding.Render(chosen)[best];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{chosen.Origin.File}, line {chosen.Origin.Line}, response {best + 1}: {Line(text)}"
        );
    }

    /// <summary>A text in a line, its middle left out where it is long.</summary>
    public static string Line(string text) =>
        text.Length <= Begin + End
            ? $"\"{Escaped(text)}\""
            : FormattableString.Invariant(
                $"\"{Escaped(text[..Begin])} .. ({text.Length - Begin - End} characters) .. {Escaped(text[^End..])}\""
            );

    private static string Escaped(string text)
    {
        var line = new StringBuilder();
        foreach (var character in text)
            _ = character switch
            {
                '\n' => line.Append("\\n"),
                '\r' => line.Append("\\r"),
                '\t' => line.Append("\\t"),
                _ when char.IsControl(character) => line.Append(
                    CultureInfo.InvariantCulture,
                    $"\\u{(int)character:x4}"
                ),
                _ => line.Append(character),
            };
        return line.ToString();
    }
}
