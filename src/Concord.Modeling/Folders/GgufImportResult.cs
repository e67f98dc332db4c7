using Concord.Modeling.Backbones;

namespace Concord.Modeling.Folders;

/// <summary>What an import wrote.</summary>
/// <param name="Config">The shape of the model.</param>
/// <param name="ParameterCount">Number of weights written.</param>
/// <param name="LeftOut">What is in the file and not in the folder, a sentence each.</param>
/// <param name="WeightFiles">Names of the files of weights.</param>
/// <param name="CopiedFiles">Names of the tokenizer's files that were copied.</param>
/// <param name="HasTokenizer">Whether the folder can tokenise text.</param>
/// <param name="HasChatTemplate">Whether the folder has a chat template.</param>
public sealed record GgufImportResult(
    BackboneConfig Config,
    long ParameterCount,
    IReadOnlyList<string> LeftOut,
    IReadOnlyList<string> WeightFiles,
    IReadOnlyList<string> CopiedFiles,
    bool HasTokenizer,
    bool HasChatTemplate
);
