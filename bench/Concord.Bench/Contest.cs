using System.Diagnostics;

namespace Concord.Bench;

/// <summary>
/// Times several ways to do the same thing in turns, so that whatever else the machine does meets all of them alike.
/// </summary>
internal static class Contest
{
    /// <summary>One way.</summary>
    /// <param name="Run">What is timed.</param>
    /// <param name="Prepare">Done before each call with the clock stopped, where a call spoils its own inputs.</param>
    public sealed record Entrant(Action Run, Action? Prepare = null)
    {
        /// <summary>Seconds of so many calls.</summary>
        public double Time(int calls)
        {
            if (Prepare is null)
            {
                var clock = Stopwatch.StartNew();
                for (var call = 0; call < calls; call++)
                    Run();
                return clock.Elapsed.TotalSeconds;
            }
            var watch = new Stopwatch();
            for (var call = 0; call < calls; call++)
            {
                Prepare();
                watch.Start();
                Run();
                watch.Stop();
            }
            return watch.Elapsed.TotalSeconds;
        }
    }

    /// <summary>Median seconds of one call of each entrant.</summary>
    /// <param name="rounds">Number of turns.</param>
    /// <param name="seconds">About how long an entrant runs in each turn.</param>
    /// <param name="entrants">The ways.</param>
    public static double[] Medians(int rounds, double seconds, params Action[] entrants) =>
        Medians(rounds, seconds, [.. entrants.Select(run => new Entrant(run))]);

    /// <summary>The same, of ways that spoil their inputs.</summary>
    public static double[] Medians(int rounds, double seconds, params Entrant[] entrants)
    {
        var calls = new int[entrants.Length];
        for (var i = 0; i < entrants.Length; i++)
        {
            entrants[i].Time(1);
            // Until the compiler has made its last version of it.
            var (warm, spent) = (0, 0.0);
            while (warm < 3 || (spent < seconds && warm < 1000))
            {
                spent += entrants[i].Time(1);
                warm++;
            }
            calls[i] = Math.Max(1, (int)(seconds / (spent / warm)));
        }
        var times = entrants.Select(_ => new double[rounds]).ToArray();
        for (var round = 0; round < rounds; round++)
        for (var i = 0; i < entrants.Length; i++)
            times[i][round] = entrants[i].Time(calls[i]) / calls[i];
        return [.. times.Select(Median)];
    }

    /// <summary>
    /// Seconds of every call of each entrant, one call a round, the order of the entrants turned about from round to
    /// round.
    /// </summary>
    /// <param name="rounds">Number of turns.</param>
    /// <param name="entrants">The ways; told the number of the round.</param>
    public static double[][] Turns(int rounds, params Action<int>[] entrants)
    {
        var times = entrants.Select(_ => new double[rounds]).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < entrants.Length; turn++)
            {
                var i = round % 2 == 0 ? turn : entrants.Length - 1 - turn;
                var clock = Stopwatch.StartNew();
                entrants[i](round);
                times[i][round] = clock.Elapsed.TotalSeconds;
            }
        }
        return times;
    }

    /// <summary>The median.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }
}
