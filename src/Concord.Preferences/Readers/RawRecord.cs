namespace Concord.Preferences.Readers;

/// <summary>The bytes of one record, not yet parsed.</summary>
/// <param name="Number">Line or record number, from 1.</param>
/// <param name="Bytes">A JSON value in UTF-8; empty where there is a problem.</param>
/// <param name="Problem">Why there are no bytes, else null.</param>
internal readonly record struct RawRecord(int Number, byte[] Bytes, string? Problem = null)
{
    /// <summary>Whether nothing can be read behind it.</summary>
    public bool EndsFile { get; init; }
}
