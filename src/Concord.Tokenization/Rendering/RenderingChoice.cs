namespace Concord.Tokenization.Rendering;

/// <summary>
/// How messages become text, and what decided it. Data, training, evaluation and scoring ask here and nowhere else:
/// what is asked for, else what the folder's <c>concord.json</c> says, else the folder's chat template, else
/// <see cref="DialogueRendering.Hh"/>.
/// </summary>
/// <param name="Rendering"><see cref="DialogueRendering.Hh"/> or <see cref="DialogueRendering.Chat"/>.</param>
/// <param name="Why">What decided it, in words.</param>
public sealed record RenderingChoice(DialogueRendering Rendering, string Why)
{
    /// <summary>Decides.</summary>
    /// <param name="asked">What an option or a recipe asks for; null where it is left open.
    /// <see cref="DialogueRendering.Auto"/> asks for the chat template where there is one.</param>
    /// <param name="settings">What the folder's <c>concord.json</c> says; null where there is none, or it says
    /// nothing.</param>
    /// <param name="tokenizer">The folder's tokenizer; null where it has none.</param>
    public static RenderingChoice Of(DialogueRendering? asked, DialogueRendering? settings, Tokenizer? tokenizer)
    {
        if (asked is DialogueRendering.Hh or DialogueRendering.Chat)
            return new RenderingChoice(asked.Value, "asked for");
        if (asked is null && settings is DialogueRendering.Hh or DialogueRendering.Chat)
            return new RenderingChoice(settings.Value, "as the model's concord.json says");
        var before =
            asked is not null ? "auto: "
            : settings is not null ? "auto, as concord.json says: "
            : "";
        if (tokenizer is null)
            return new RenderingChoice(DialogueRendering.Hh, before + "there is no tokenizer and no chat template");
        return tokenizer.ChatTemplate is null
            ? new RenderingChoice(DialogueRendering.Hh, before + "its tokenizer has no chat template")
            : new RenderingChoice(DialogueRendering.Chat, before + "by the chat template of its tokenizer");
    }

    /// <summary>Its name: <c>hh</c> or <c>chat</c>.</summary>
    public string Name => Rendering == DialogueRendering.Chat ? "chat" : "hh";

    /// <summary>What a command says: <c>rendering chat: by the chat template of its tokenizer</c>.</summary>
    public override string ToString() => $"rendering {Name}: {Why}";
}
