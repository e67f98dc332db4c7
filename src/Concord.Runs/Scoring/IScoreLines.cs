using System.Text.Json;

namespace Concord.Runs.Scoring;

/// <summary>Where lines of scores go, one after the other.</summary>
internal interface IScoreLines : IDisposable
{
    /// <summary>Complete lines so far, those of an earlier run included.</summary>
    int Lines { get; }

    /// <summary>How many lines of an earlier run hold an error.</summary>
    int Errors { get; }

    /// <summary>Adds a line.</summary>
    /// <param name="write">Writes its JSON.</param>
    /// <param name="holdsError">Whether it holds an error, whole or in part.</param>
    /// <exception cref="ConcordException">It cannot be written.</exception>
    void WriteLine(Action<Utf8JsonWriter> write, bool holdsError);

    /// <summary>Says that all lines are there.</summary>
    /// <exception cref="ConcordException">The file cannot take its place.</exception>
    void Complete();
}
