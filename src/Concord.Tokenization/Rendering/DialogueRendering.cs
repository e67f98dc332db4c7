namespace Concord.Tokenization.Rendering;

/// <summary>
/// How messages become the text that the model reads. Whole texts and token ids are taken as they are under every one.
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
