namespace Concord.Preferences.Readers;

/// <summary>Reads the records of one of Concord's formats. One instance reads one file.</summary>
internal interface IRecordReader
{
    /// <summary>Whether a record has this format's fields.</summary>
    bool Recognises(RecordFields record);

    /// <summary>
    /// Puts a record's comparisons into the context; throws <see cref="RecordException"/> where it is malformed.
    /// </summary>
    void Read(RecordFields record, RecordContext context);

    /// <summary>Gives what only the whole file tells.</summary>
    void Finish(RecordContext context) { }
}
