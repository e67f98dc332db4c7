namespace Concord.Preferences;

/// <summary>In which form a <see cref="Comparison"/> holds its texts; it decides how they are rendered.</summary>
public enum ComparisonForm
{
    /// <summary>Prompt and responses are messages; a template renders them.</summary>
    Messages,

    /// <summary>
    /// Prompt and responses are texts that already are what the model reads: prompt text + response text, unchanged.
    /// The prompt text may be empty (whole texts, the authors' form).
    /// </summary>
    Text,

    /// <summary>Prompt and responses are token ids, taken as they are.</summary>
    TokenIds,
}
