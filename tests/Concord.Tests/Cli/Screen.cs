using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Concord.Tests.Cli;

/// <summary>What a person sees on a terminal after it was written to.</summary>
internal sealed partial class Screen
{
    private readonly List<StringBuilder> lines = [new()];
    private int row;
    private int column;

    /// <summary>Shows everything that was written.</summary>
    public Screen(StringWriter written)
    {
        foreach (Match part in Parts().Matches(written.ToString()))
            if (part.Groups["code"] is { Success: true, Value: var code })
                Obey(code[0], part.Groups["number"].Value);
            else
                Show(part.Value[0]);
    }

    /// <summary>Its lines without spaces at their ends; the last only where something stands on it.</summary>
    public string[] Lines =>
        [.. lines.Select(line => line.ToString().TrimEnd()).Take(lines[^1].Length > 0 ? lines.Count : lines.Count - 1)];

    /// <summary>Whether anything had a color.</summary>
    public bool Colored { get; private set; }

    /// <summary>Whether the cursor was ever hidden.</summary>
    public bool CursorWasHidden { get; private set; }

    private void Show(char written)
    {
        if (written == '\r')
            column = 0;
        else if (written == '\n')
        {
            column = 0;
            if (++row == lines.Count)
                lines.Add(new());
        }
        else
        {
            var line = lines[row];
            line.Append(' ', Math.Max(0, column + 1 - line.Length));
            line[column++] = written;
        }
    }

    private void Obey(char code, string number)
    {
        if (code == 'm')
            Colored |= number is not ("" or "0");
        else if (code == 'A')
            row -= int.Parse(number, CultureInfo.InvariantCulture);
        else if (code == 'K' && number == "2")
            lines[row].Clear();
        else if (code is 'l' or 'h' && number == "?25")
            CursorWasHidden |= code == 'l';
        else
            throw new NotSupportedException($"ESC[{number}{code}");
    }

    [GeneratedRegex(@"\e\[(?<number>[?\d;]*)(?<code>[a-zA-Z])|.", RegexOptions.Singleline)]
    private static partial Regex Parts();
}
