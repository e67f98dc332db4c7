namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>A text marked as safe HTML (<c>x | safe</c>): what is added to it is escaped.</summary>
internal sealed record Markup(string Text)
{
    /// <summary>A text with the five signs of HTML written as entities; a marked one as it is.</summary>
    public static string Escape(object? value) =>
        value is Markup safe
            ? safe.Text
            : Python
                .Text(value)
                .Replace("&", "&amp;", StringComparison.Ordinal)
                .Replace(">", "&gt;", StringComparison.Ordinal)
                .Replace("<", "&lt;", StringComparison.Ordinal)
                .Replace("'", "&#39;", StringComparison.Ordinal)
                .Replace("\"", "&#34;", StringComparison.Ordinal);
}
