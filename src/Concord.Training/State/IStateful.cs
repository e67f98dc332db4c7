namespace Concord.Training.State;

/// <summary>
/// Something that remembers numbers between steps, and hands them in to be saved and put back: momentum, temperatures,
/// moments of an optimizer, what a weighting of one's own keeps. Checkpoints, and a step that is cancelled, know it by
/// this only.
/// </summary>
public interface IStateful
{
    /// <summary>
    /// All that it remembers, by names that no other part of the run has: the same entries whenever it is asked.
    /// Putting back writes into them.
    /// </summary>
    IReadOnlyList<StateEntry> State { get; }

    /// <summary>
    /// Is called after the entries were written into; what follows from them is to be computed again.
    /// </summary>
    void Restored() { }
}
