namespace Concord.Modeling.Language;

/// <summary>A prompt and responses to it, as ids: what a language model is asked about.</summary>
/// <param name="Prompt">At least one id. The first token of a response is predicted from its last; for the
/// log-probabilities of a whole text it is the text's first id.</param>
/// <param name="Responses">The responses' own ids; one may be empty.</param>
public sealed record PromptResponses(int[] Prompt, IReadOnlyList<int[]> Responses);
