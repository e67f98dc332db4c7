using Concord.Training.State;

namespace Concord.Tests.Training;

/// <summary>Numbers that something remembers, by name, as a checkpoint reads and writes them.</summary>
internal static class Remembered
{
    public static double[] Numbers(this IStateful of, string name) => Array(of, name).Values.ToArray();

    public static void Put(this IStateful of, string name, ReadOnlySpan<double> values)
    {
        values.CopyTo(Array(of, name).Values.Span);
        of.Restored();
    }

    private static StateArray Array(IStateful of, string name) =>
        of.State.OfType<StateArray>().Single(array => array.Name == name);
}
