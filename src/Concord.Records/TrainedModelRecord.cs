using Concord.Foundation;

namespace Concord.Records;

/// <summary>Of which step a run's model is: <c>training.json</c> of the model's folder.</summary>
public sealed record TrainedModelRecord
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "training.json";

    /// <summary>The version that is written, and the newest that is read.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the file; 1 where it has none (for which the serializer gives 0).</summary>
    public int Version
    {
        get;
        init => field = value == 0 ? CurrentVersion : value;
    } = CurrentVersion;

    /// <summary>Optimizer steps that were done.</summary>
    public required int Step { get; init; }

    /// <summary>Reads the file of a model's folder; null where there is none.</summary>
    /// <exception cref="ConcordException">It cannot be read, is damaged or of a newer version.</exception>
    public static TrainedModelRecord? Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        return File.Exists(file)
            ? JsonRecords.Read(file, RecordsJson.Default.TrainedModelRecord, CurrentVersion, "It may be removed.")
            : null;
    }

    /// <summary>Writes the file of a model's folder.</summary>
    /// <exception cref="ConcordException">It cannot be written there.</exception>
    public void Write(string folder) =>
        JsonRecords.Write(Path.Combine(folder, FileName), this, RecordsJson.Default.TrainedModelRecord);
}
