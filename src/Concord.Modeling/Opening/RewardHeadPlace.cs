using Concord.Modeling.Files;
using TorchSharp;

namespace Concord.Modeling.Opening;

/// <summary>
/// Where the reward head of a folder stands: a linear map of a hidden state to one number, under whatever name its
/// maker gave it (<c>score</c>, <c>value_head</c>, <c>v_head.summary</c>, <c>reward_head</c>, ..), among the weights or
/// in a small file of its own beside them.
/// </summary>
/// <param name="File">The file.</param>
/// <param name="Weight">The tensor, (1, H), without what wrappers put into its name.</param>
/// <param name="Bias">The tensor of its one bias, or null.</param>
internal sealed record RewardHeadPlace(string File, string Weight, string? Bias)
{
    // A head has a weight and a bias; what has many more tensors is another copy of a model.
    private const int MostInOwnFile = 16;

    // Only to say what is there where no tensor has a head's shape.
    private static readonly string[] KnownNames =
    [
        "score",
        "value_head",
        "v_head",
        "reward_head",
        "rm_head",
        "rank_head",
        "critic_head",
        "classifier",
        "regression_layer",
        "reward",
        "value",
    ];

    /// <summary>Finds the head.</summary>
    /// <param name="reader">The weights, and the folder.</param>
    /// <param name="others">Whether a tensor is known to be something else.</param>
    /// <param name="hidden">H.</param>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="ConcordException">There are several, or one that is no linear map to one number, or one in a
    /// file that is not read.</exception>
    public static RewardHeadPlace? Find(CheckpointReader reader, Func<string, bool> others, int hidden)
    {
        var found = new List<RewardHeadPlace>();
        if (In(reader, [.. reader.Names.Where(name => !others(name))], hidden) is { } own)
            found.Add(own);
        foreach (var file in Beside(reader))
        {
            using var beside = CheckpointReader.OpenFile(file, ModelFolder.ConfigFileName);
            if (beside.Names.Count <= MostInOwnFile && In(beside, beside.Names, hidden) is { } head)
                found.Add(head);
        }
        if (found.Count > 1)
            throw new ConcordException(
                $"{reader.Folder} has {found.Count} reward heads: {string.Join(" and ", found)}. Remove the one that does "
                    + $"not belong to the model."
            );
        if (found.Count == 0 && Pickled(reader.Folder) is { } pickled)
            throw new ConcordException(
                $"{pickled} is the file of a reward head, and is not read, since it can run code: save it as safetensors "
                    + $"under the same name. Or remove it, where a new head is to be trained."
            );
        return found.FirstOrDefault();
    }

    /// <summary>Reads the head.</summary>
    /// <param name="reader">The weights it was looked for in: where it stands there it counts as read.</param>
    /// <returns>(1, H), fp32, and the constant that is added to every reward; null for none, or 0.</returns>
    public (torch.Tensor Weight, double? Constant) Load(CheckpointReader reader)
    {
        if (reader.Files.Contains(File))
            return From(reader);
        using var own = CheckpointReader.OpenFile(File, ModelFolder.ConfigFileName);
        return From(own);
    }

    /// <summary>File and tensors, for people.</summary>
    public override string ToString() => $"\"{Weight}\"{(Bias is null ? "" : $" with \"{Bias}\"")} in {File}";

    private (torch.Tensor, double?) From(CheckpointReader reader)
    {
        var weight = reader.Load(Weight, torch.ScalarType.Float32);
        if (Bias is null)
            return (weight, null);
        using var bias = reader.Load(Bias, torch.ScalarType.Float64);
        return bias.data<double>()[0] is not 0 and var constant ? (weight, constant) : (weight, null);
    }

    private static RewardHeadPlace? In(CheckpointReader reader, IReadOnlyList<string> names, int hidden)
    {
        string[] heads =
        [
            .. names.Where(name =>
                name.EndsWith(".weight", StringComparison.Ordinal)
                && !name.Contains("layers.", StringComparison.Ordinal)
                && reader.Shape(name).SequenceEqual([1, hidden])
            ),
        ];
        if (heads.Length == 0)
            return names.Any(name => KnownNames.Contains(Root(name))) ? throw NotLinear(reader, names, hidden) : null;
        var module = heads[0][..^"weight".Length];
        var bias = names.FirstOrDefault(name =>
            name == module + "bias" && reader.Shape(name).Aggregate(1L, (count, size) => count * size) == 1
        );
        string[] related = [.. names.Where(name => Root(name) == Root(heads[0]) && name != heads[0] && name != bias)];
        if (heads.Length > 1 && related.Length == 0)
            throw new ConcordException(
                $"{reader.Files[0]} has {heads.Length} tensors that could each be the reward head: "
                    + $"{reader.Listed(heads)}. Remove those that do not belong to the model."
            );
        if (related.Length > 0)
            throw new ConcordException(
                $"{reader.Files[0]}: the reward head has more than one layer: "
                    + $"{reader.Listed([heads[0], .. related])}. Only a linear one is read, (1, {hidden}) with or without "
                    + $"a bias."
            );
        return new RewardHeadPlace(reader.FileOf(heads[0]), heads[0], bias);
    }

    private static ConcordException NotLinear(CheckpointReader reader, IReadOnlyList<string> names, int hidden) =>
        new(
            $"{reader.Files[0]} has a head, but none from a hidden state to one reward: "
                + $"{reader.Listed([.. names.Where(name => KnownNames.Contains(Root(name)))])}; expected a weight of shape "
                + $"[1, {hidden}], with or without one bias."
        );

    private static string Root(string name)
    {
        // a base model's own prefix stands before the head in some classes (model.value_head)
        foreach (var prefix in (string[])["model.", "gpt_neox."])
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                name = name[prefix.Length..];
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? name : name[..dot];
    }

    private static IEnumerable<string> Beside(CheckpointReader reader) =>
        Directory
            .EnumerateFiles(reader.Folder, "*.safetensors")
            .Where(file => IsHeadFile(file) && !reader.Files.Contains(file))
            .Order(StringComparer.Ordinal);

    private static string? Pickled(string folder) =>
        Directory
            .EnumerateFiles(folder)
            .Where(file => Path.GetExtension(file) is ".bin" or ".pt" or ".pth" && IsHeadFile(file))
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();

    /// <summary>A pickled checkpoint in a folder, which might hold a head; null where there is none.</summary>
    public static string? AnyPickled(string folder) =>
        Directory
            .EnumerateFiles(folder)
            .Where(file =>
                Path.GetExtension(file) is ".bin" or ".pt" or ".pth"
                && Path.GetFileName(file).Contains("model", StringComparison.OrdinalIgnoreCase)
            )
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();

    /// <summary>Whether a file is a head's by its name.</summary>
    public static bool IsHeadFile(string file) =>
        Path.GetFileNameWithoutExtension(file) is var name
        && (KnownNames.Contains(name) || name.Contains("head", StringComparison.OrdinalIgnoreCase));
}
