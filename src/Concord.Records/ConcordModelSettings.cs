using System.Text.Encodings.Web;
using Concord.Foundation;

namespace Concord.Records;

/// <summary>
/// What a reward model needs beyond Hugging Face's files to score as it was trained; <c>concord.json</c> of its folder.
/// </summary>
/// <remarks>
/// Keys this version does not know are left aside and named (<see cref="UnknownKeys"/>); <see cref="Version"/> rises
/// only when an older reader would score wrongly.
/// </remarks>
public sealed record ConcordModelSettings
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "concord.json";

    /// <summary>The version of the file this code writes, and the newest it reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the file.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>
    /// Which hidden states the head sees, by name (<c>last</c>, <c>eos</c>, <c>mean</c>, <c>max</c>).
    /// </summary>
    /// <value><c>last</c></value>
    public string Pooling { get; init; } = "last";

    /// <summary>
    /// How messages become text, by name (<c>hh</c>, <c>chat</c>, <c>auto</c>); null where the folder does not say, and
    /// its chat template decides.
    /// </summary>
    public string? Rendering { get; init; }

    /// <summary>
    /// What becomes of whole texts that are dialogues, by name: <c>parse</c>, or null and <c>keep</c> for as they are.
    /// </summary>
    public string? Dialogues { get; init; }

    /// <summary>The truncation policy, by name.</summary>
    /// <value><c>shared-left</c></value>
    public string Truncation { get; init; } = "shared-left";

    /// <summary>Longest text in tokens; null for the model's own longest.</summary>
    public int? MaximumLength { get; init; }

    /// <summary>
    /// The training sources in their order, with their temperatures τ &gt; 0, or without any where none were learned.
    /// </summary>
    public IReadOnlyList<SourceTemperature> Sources { get; init; } = [];

    /// <summary>Mean of the rewards on the training sources; null where not measured.</summary>
    public double? RewardMean { get; init; }

    /// <summary>Standard deviation of the rewards on the training sources; null where not measured.</summary>
    public double? RewardStandardDeviation { get; init; }

    /// <summary>
    /// Added to every reward: the bias of a head that had one, as value heads of other tools do. Null for none.
    /// </summary>
    public double? RewardConstant { get; init; }

    /// <summary>
    /// Where the base model of an adapter's folder lies, from that folder; null for a whole model. It is looked for
    /// there too where the two were moved together.
    /// </summary>
    public string? AdapterBase { get; init; }

    /// <summary>Keys of the file that this version does not know and leaves aside; not written.</summary>
    public IReadOnlyList<string> UnknownKeys { get; init; } = [];

    /// <summary>
    /// Reads <c>concord.json</c> of a folder; null where there is none, as in folders that others wrote.
    /// </summary>
    /// <exception cref="ConcordException">The file is not valid JSON, is of a newer version, or has a value that does
    /// not fit.</exception>
    public static ConcordModelSettings? Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        return File.Exists(file)
            ? JsonRecords
                .Read(
                    file,
                    RecordsJson.Default.ModelSettingsForm,
                    CurrentVersion,
                    "Mend it, or take the folder's own as it was saved."
                )
                .Settings(file)
            : null;
    }

    /// <summary>Writes <c>concord.json</c> of a folder.</summary>
    /// <exception cref="ConcordException">The file cannot be written.</exception>
    public void Write(string folder) =>
        JsonRecords.Write(
            Path.Combine(folder, FileName),
            ModelSettingsForm.Of(this),
            RecordsJson.Default.ModelSettingsForm,
            JavaScriptEncoder.UnsafeRelaxedJsonEscaping
        );
}
