namespace Concord.Foundation;

/// <summary>A kind of folder that Concord writes as a whole: what an earlier one is known by.</summary>
/// <param name="Name">With its article, for messages: "a checkpoint".</param>
/// <param name="Holds">Whether a folder that is not empty is of the kind.</param>
/// <param name="Owns">Whether an entry of such a folder, by its name, is Concord's; any other stays where it is when
/// the folder is written anew.</param>
public sealed record FolderKind(string Name, Func<string, bool> Holds, Func<string, bool> Owns);
