namespace Concord.Preferences.Readers;

/// <summary>
/// Thrown by a reader to end the reading of one record: it becomes a <see cref="ReadProblem"/> with file and line, and
/// the next record is read.
/// </summary>
/// <param name="message">What is wrong and what was expected, without file and line.</param>
public sealed class RecordException(string message) : Exception(message);
