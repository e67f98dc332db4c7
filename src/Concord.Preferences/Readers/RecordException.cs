namespace Concord.Preferences.Readers;

/// <summary>
/// Ends the reading of one record; it becomes a <see cref="ReadProblem"/> and never leaves this room.
/// </summary>
internal sealed class RecordException(string message) : Exception(message);
