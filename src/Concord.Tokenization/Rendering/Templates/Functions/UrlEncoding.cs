using System.Globalization;
using System.Text;
using Concord.Tokenization.Rendering.Templates.Values;

namespace Concord.Tokenization.Rendering.Templates.Functions;

/// <summary>The filter <c>urlencode</c>.</summary>
internal static class UrlEncoding
{
    public static string Apply(object? input, Meter meter)
    {
        if (input is string or Markup || Python.TryItems(input) is null)
            return Quote(Python.Text(input), false, meter);
        var pairs = input is Mapping mapping
            ? mapping.Entries.Select(entry => (entry.Key, entry.Value))
            : Python
                .Items(input)
                .Select(item =>
                    Python.Items(item).ToArray() is [var key, var value]
                        ? (key, value)
                        : throw new TemplateException("the filter 'urlencode' needs pairs")
                );
        return string.Join(
            '&',
            pairs.Select(pair =>
                $"{Quote(Python.Text(pair.Item1), true, meter)}={Quote(Python.Text(pair.Item2), true, meter)}"
            )
        );
    }

    private static string Quote(string text, bool isQuery, Meter meter)
    {
        meter.Make(text.Length * 3L);
        var result = new StringBuilder();
        foreach (var one in Encoding.UTF8.GetBytes(text))
            if (char.IsAsciiLetterOrDigit((char)one) || one is (byte)'_' or (byte)'.' or (byte)'-' or (byte)'~')
                result.Append((char)one);
            else if (one == '/' && !isQuery)
                result.Append('/');
            else if (one == ' ' && isQuery)
                result.Append('+');
            else
                result.Append(CultureInfo.InvariantCulture, $"%{one:X2}");
        return result.ToString();
    }
}
