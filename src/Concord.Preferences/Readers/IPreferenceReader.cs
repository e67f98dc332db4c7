using System.Text.Json;

namespace Concord.Preferences.Readers;

/// <summary>
/// Reads the records of one format. One instance reads one file, so it may keep what later records need.
/// </summary>
public interface IPreferenceReader
{
    /// <summary>Whether a record has this format's fields.</summary>
    bool Recognises(JsonElement record);

    /// <summary>
    /// Puts a record's comparisons into the context; throws <see cref="RecordException"/> where it is malformed.
    /// </summary>
    void Read(JsonElement record, RecordContext context);

    /// <summary>Gives what only the whole file tells.</summary>
    void Finish(RecordContext context) { }
}
