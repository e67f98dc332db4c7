using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Concord.Foundation;

namespace Concord.Records;

/// <summary>What a prompt was to a model.</summary>
public enum PromptUse
{
    /// <summary>Nothing that is known.</summary>
    None,

    /// <summary>It helped to choose the step, the early stop or a temperature.</summary>
    ChosenBy,

    /// <summary>It was trained on.</summary>
    TrainedOn,
}

/// <summary>
/// Which prompts a model has seen: <c>training_prompts.json</c> of its folder. No prompt can be read out of it: of each
/// the first 64 bits of HMAC-SHA256 are kept, under a salt that no other model has, so that two models' files cannot be
/// laid beside each other. Whoever has a prompt can ask for it.
/// </summary>
public sealed record TrainingPrompts
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "training_prompts.json";

    /// <summary>The version that is written, and the newest that is read.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the file; 1 where it has none (for which the serializer gives 0).</summary>
    public int Version
    {
        get;
        init => field = value == 0 ? CurrentVersion : value;
    } = CurrentVersion;

    /// <summary>Those of each training: a model that is trained on keeps what its base had seen.</summary>
    public required IReadOnlyList<TrainingPromptSet> Trainings { get; init; }

    /// <summary>What a prompt was to the model.</summary>
    /// <param name="promptId">Its identity (<c>Comparison.PromptId</c>).</param>
    public PromptUse UseOf(string promptId) =>
        Trainings.Count == 0 ? PromptUse.None : Trainings.Max(training => training.UseOf(promptId));

    /// <summary>Reads the file of a model's folder; null where there is none.</summary>
    /// <exception cref="ConcordException">It cannot be read, is damaged or of a newer version.</exception>
    public static TrainingPrompts? Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        if (!File.Exists(file))
            return null;
        const string advice = "It may be removed; an evaluation then cannot say what was trained on.";
        var read = JsonRecords.Read(file, RecordsJson.Default.TrainingPrompts, CurrentVersion, advice);
        foreach (var set in read.Trainings)
            if (set.Trained.Length % sizeof(ulong) != 0 || set.ChosenBy.Length % sizeof(ulong) != 0)
                throw new ConcordException($"{file}: hashes of 8 bytes each were expected. {advice}");
        return read;
    }

    /// <summary>Writes the file of a model's folder.</summary>
    /// <exception cref="ConcordException">It cannot be written there.</exception>
    public void Write(string folder) =>
        JsonRecords.Write(Path.Combine(folder, FileName), this, RecordsJson.Default.TrainingPrompts);
}

/// <summary>The prompts of one training, as salted hashes of 8 bytes each, sorted.</summary>
public sealed record TrainingPromptSet
{
    private HashSet<ulong>? trained,
        chosenBy;

    /// <summary>The salt.</summary>
    public required byte[] Salt { get; init; }

    /// <summary>The hashes of those trained on, end to end, lowest byte first.</summary>
    public required byte[] Trained { get; init; }

    /// <summary>The hashes of those that chose.</summary>
    public required byte[] ChosenBy { get; init; }

    /// <summary>Hashes prompts.</summary>
    /// <param name="salt">Says whose they are: other data or settings, other hashes; the same, the same file.</param>
    /// <param name="trained">The identities of those trained on.</param>
    /// <param name="chosenBy">Of those that chose.</param>
    public static TrainingPromptSet Of(string salt, IEnumerable<string> trained, IEnumerable<string> chosenBy)
    {
        var key = SHA256.HashData(Encoding.UTF8.GetBytes("training prompts\n" + salt))[..16];
        byte[] Hashes(IEnumerable<string> prompts)
        {
            ulong[] sorted = [.. prompts.Distinct().Select(prompt => Hash(key, prompt)).Order()];
            var bytes = new byte[sorted.Length * sizeof(ulong)];
            for (var i = 0; i < sorted.Length; i++)
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong)), sorted[i]);
            return bytes;
        }
        return new TrainingPromptSet
        {
            Salt = key,
            Trained = Hashes(trained),
            ChosenBy = Hashes(chosenBy),
        };
    }

    internal PromptUse UseOf(string promptId)
    {
        var hash = Hash(Salt, promptId);
        return (trained ??= Set(Trained)).Contains(hash) ? PromptUse.TrainedOn
            : (chosenBy ??= Set(ChosenBy)).Contains(hash) ? PromptUse.ChosenBy
            : PromptUse.None;
    }

    private static HashSet<ulong> Set(byte[] bytes)
    {
        var set = new HashSet<ulong>();
        for (var at = 0; at < bytes.Length; at += sizeof(ulong))
            set.Add(BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at)));
        return set;
    }

    private static ulong Hash(byte[] salt, string prompt) =>
        BinaryPrimitives.ReadUInt64LittleEndian(HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(prompt)));
}
