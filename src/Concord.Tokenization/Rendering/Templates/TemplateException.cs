namespace Concord.Tokenization.Rendering.Templates;

/// <summary>Why a template cannot be read or run, without the file.</summary>
internal sealed class TemplateException : Exception
{
    public TemplateException(string message, int line = 0)
        : base(message) => Line = line;

    /// <summary>The template's line, from 1; 0 where it is not known yet.</summary>
    public int Line { get; }

    /// <summary>Whether the template itself said so (<c>raise_exception</c>).</summary>
    public bool IsTemplates { get; init; }

    /// <summary>Whether a limit of <see cref="ChatTemplateLimits"/> was reached.</summary>
    public bool IsLimit { get; init; }

    /// <summary>The same with the line at which it happened.</summary>
    public TemplateException At(int line) =>
        Line > 0 ? this : new TemplateException(Message, line) { IsTemplates = IsTemplates, IsLimit = IsLimit };
}
