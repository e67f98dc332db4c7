namespace Concord.Calibration;

/// <summary>What the comparisons of a report were to the model that it is about.</summary>
/// <param name="Validation">Those that chose among models (step, early stop, temperatures); null where none were set
/// aside, as where nothing was chosen.</param>
/// <param name="HeldOut">Those that the report is about: neither trained on nor chosen by.</param>
/// <param name="ChosenBy">What was chosen, and by which number, in words; null where nothing was.</param>
public sealed record EvaluationSides(EvaluationSide? Validation, EvaluationSide HeldOut, string? ChosenBy);

/// <summary>How much one side holds.</summary>
/// <param name="Comparisons">Comparisons.</param>
/// <param name="Prompts">Their prompts.</param>
public sealed record EvaluationSide(int Comparisons, int Prompts);

/// <summary>How many of the evaluated prompts the model has seen in its training; they are no new ones to it.</summary>
/// <param name="Prompts">Prompts that were evaluated on.</param>
/// <param name="TrainedOn">Those it was trained on.</param>
/// <param name="ChosenBy">Those that chose the step, the early stop or a temperature.</param>
/// <param name="BySource">Of each source that has any: how many were trained on or chose.</param>
public sealed record SeenPrompts(int Prompts, int TrainedOn, int ChosenBy, IReadOnlyDictionary<string, int> BySource);
