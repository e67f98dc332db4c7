namespace Concord.Tokenization.Rendering.Templates;

/// <summary>A chat template cannot be read, uses what is not known, or itself refuses the messages.</summary>
internal sealed class TemplateException(string message) : Exception(message);
