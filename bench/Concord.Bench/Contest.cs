using System.Diagnostics;

namespace Concord.Bench;

/// <summary>Times several ways to do the same thing in turns, so that whatever else the machine does meets all of them alike.</summary>
internal static class Contest
{
    /// <summary>Median seconds of one call of each entrant.</summary>
    /// <param name="rounds">Number of turns.</param>
    /// <param name="seconds">About how long an entrant runs in each turn.</param>
    /// <param name="entrants">The ways.</param>
    public static double[] Medians(int rounds, double seconds, params Action[] entrants)
    {
        var calls = new int[entrants.Length];
        for (var i = 0; i < entrants.Length; i++)
        {
            entrants[i]();
            // Until the compiler has made its last version of it.
            var clock = Stopwatch.StartNew();
            var warm = 0;
            while (warm < 3 || (clock.Elapsed.TotalSeconds < seconds && warm < 1000))
            {
                entrants[i]();
                warm++;
            }
            calls[i] = Math.Max(1, (int)(seconds / (clock.Elapsed.TotalSeconds / warm)));
        }
        var times = entrants.Select(_ => new double[rounds]).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < entrants.Length; i++)
            {
                var clock = Stopwatch.StartNew();
                for (var call = 0; call < calls[i]; call++) entrants[i]();
                times[i][round] = clock.Elapsed.TotalSeconds / calls[i];
            }
        }
        return [.. times.Select(Median)];
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return (values[values.Length / 2] + values[(values.Length - 1) / 2]) / 2;
    }
}
