using System.Text.Json.Serialization;
using Concord.Foundation;

namespace Concord.Records;

/// <summary>How a run ended: <c>run.json</c> of its folder, the last file that is written.</summary>
public sealed record RunRecord
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "run.json";

    /// <summary>The version that is written, and the newest that is read.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The status of a run that came to its end.</summary>
    public const string Finished = "finished";

    /// <summary>Version of the file; 1 where it has none (for which the serializer gives 0).</summary>
    public int Version
    {
        get;
        init => field = value == 0 ? CurrentVersion : value;
    } = CurrentVersion;

    /// <summary><see cref="Finished"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Steps done.</summary>
    public required int Step { get; init; }

    /// <summary>Steps planned.</summary>
    public required int Steps { get; init; }

    /// <summary>The step whose model is in <c>model/</c>; -1 where none is.</summary>
    public required int BestStep { get; init; }

    /// <summary>Fingerprint of what was trained on and reported on; null in files from before it was kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Data { get; init; }

    /// <summary>Fingerprint of the model that training began from; null likewise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    /// <summary>Fingerprint of the files that a recipe's data came from; null where they came from none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Files { get; init; }

    /// <summary>The ridge of the exact head that training began with; null, and not written, where it began with
    /// none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? HeadRidge { get; init; }

    /// <summary>Reads the file of a run's folder; null where there is none: the run has not ended.</summary>
    /// <exception cref="ConcordException">It cannot be read, is damaged or of a newer version.</exception>
    public static RunRecord? Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        return File.Exists(file)
            ? JsonRecords.Read(
                file,
                RecordsJson.Default.RunRecord,
                CurrentVersion,
                "Remove it to go on from the last checkpoint."
            )
            : null;
    }

    /// <summary>Writes the file of a run's folder.</summary>
    /// <exception cref="ConcordException">It cannot be written there.</exception>
    public void Write(string folder) =>
        JsonRecords.Write(Path.Combine(folder, FileName), this, RecordsJson.Default.RunRecord);
}
