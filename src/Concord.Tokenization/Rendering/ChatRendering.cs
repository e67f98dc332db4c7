namespace Concord.Tokenization.Rendering;

/// <summary>What a chat template made of a request.</summary>
/// <param name="Text">The text.</param>
/// <param name="Spans">What generation blocks enclose, [start, end) in code points of the text; null where the template
/// has none, or a message is to be continued.</param>
public sealed record ChatRendering(string Text, IReadOnlyList<(int Start, int End)>? Spans);
