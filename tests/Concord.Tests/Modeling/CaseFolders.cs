using System.Text.Json.Nodes;
using Concord.Modeling.Packing;

namespace Concord.Tests.Modeling;

/// <summary>Copies of the model folders in <c>../shared/cases</c>, changed here and there.</summary>
internal static class CaseFolders
{
    /// <summary>The comparison of <c>ids.jsonl</c>, the same in all cases: no prompt, two responses.</summary>
    public static PackedBatch Ids() =>
        PackedBatch.Create([Batches.Of("ids", [1, 0], [5, 17, 99, 200, 30], [5, 17, 99, 200, 30, 77, 42, 7])]);

    /// <summary>Copies the files of a folder, so that they can be changed.</summary>
    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
            File.WriteAllBytes(Path.Combine(to, Path.GetFileName(file)), File.ReadAllBytes(file));
    }

    /// <summary>Sets keys of a JSON file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="changes">An object with the keys.</param>
    public static void Change(string file, string changes)
    {
        var config = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        foreach (var (key, value) in JsonNode.Parse(changes)!.AsObject())
            config[key] = value?.DeepClone();
        File.WriteAllText(file, config.ToJsonString());
    }
}
