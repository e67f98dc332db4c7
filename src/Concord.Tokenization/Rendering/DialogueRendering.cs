namespace Concord.Tokenization.Rendering;

/// <summary>
/// How messages become the text that the model reads. Token ids are taken as they are under every one, and so are whole
/// texts unless <see cref="RenderingOptions.ParseDialogues"/>. <see cref="RenderingChoice"/> decides which.
/// </summary>
public enum DialogueRendering
{
    /// <summary>By the tokenizer's own chat template where it has one, else as <see cref="Hh"/>.</summary>
    Auto,

    /// <summary>
    /// As Anthropic's Helpful and Harmless data and the authors have it (<see cref="HhDialogue"/>): for base models.
    /// </summary>
    Hh,

    /// <summary>By the tokenizer's own chat template (<see cref="ChatTemplate"/>).</summary>
    Chat,
}
