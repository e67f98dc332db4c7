using System.Globalization;

namespace Concord.Cli.Terminals;

/// <summary>
/// How far long work has come, with its rate and the time left, on standard error: one line rewritten in place on a
/// terminal (<see cref="LiveLine"/>), elsewhere a plain line at each tenth and at least every 30 seconds.
/// </summary>
/// <remarks>
/// The plain lines and the rates are Concord's own: without a terminal Spectre.Console writes at 25, 50, 75 and each
/// from 95 to 100 %, without rate and time left; its rates know no work of an earlier run and follow the wall clock.
/// </remarks>
internal sealed class Progress : IDisposable
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private readonly Terminal terminal;
    private readonly string label;
    private readonly string unit;
    private readonly long total;
    private readonly long startedAt;
    private readonly long skipped;
    private readonly bool brief;
    private readonly Progress? within;
    private readonly Lock gate = new();
    private LiveLine? live;
    private TimeSpan lastWritten;
    private long done;
    private double part; // of the next
    private int tenth;
    private string note = "";
    private bool finished;

    /// <summary>Starts the clock.</summary>
    /// <param name="terminal">Where the lines go: its <see cref="Terminal.Error"/>.</param>
    /// <param name="label">What is being done: <c>scoring</c>.</param>
    /// <param name="total">How much there is to do, or 0 where that is not known.</param>
    /// <param name="unit">What is counted, in the plural: <c>comparisons</c>.</param>
    /// <param name="alreadyDone">What an earlier run had done; it counts towards the total but not towards the
    /// rate.</param>
    /// <param name="brief">For work that is usually short: no line at tenths nor at the end.</param>
    /// <param name="within">The longer work that waits for this: its line is used meanwhile.</param>
    public Progress(
        Terminal terminal,
        string label,
        long total,
        string unit,
        long alreadyDone = 0,
        bool brief = false,
        Progress? within = null
    )
    {
        this.terminal = terminal;
        this.label = label;
        this.total = total;
        this.unit = unit;
        this.brief = brief;
        this.within = within;
        skipped = alreadyDone;
        done = alreadyDone;
        startedAt = terminal.Time.GetTimestamp();
        tenth = Tenth();
    }

    /// <summary>Says that <paramref name="count"/> more are done.</summary>
    public void Add(long count, string? about = null)
    {
        lock (gate)
            Advance(done + count, about);
    }

    /// <summary>Says that <paramref name="count"/> are done in all.</summary>
    /// <param name="count">From 0 to the total.</param>
    /// <param name="about">A few words shown beside: <c>loss .612</c>.</param>
    /// <param name="share">How much of the next is done, from 0 to 1.</param>
    public void Report(long count, string? about = null, double share = 0)
    {
        lock (gate)
        {
            part = share;
            Advance(count, about);
        }
    }

    /// <summary>Writes a line of its own above the progress line.</summary>
    public void WriteLine(string line)
    {
        lock (gate)
        {
            live?.Erase();
            terminal.Error.WriteLine(line);
            if (live is not null)
                Draw();
        }
    }

    /// <summary>Ends the progress with a line saying how much was done in how long.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (finished)
                return;
            finished = true;
            if (within is null)
                live?.Dispose();
            live = null;
            if (brief)
                return;
            var seconds = Elapsed().TotalSeconds;
            terminal.Error.WriteLine($"{label}: {Count(done)} {unit} in {Duration(seconds)}{RateText(", ", seconds)}");
        }
    }

    /// <summary>A duration as people say it: <c>8.2 s</c>, <c>3 min 05 s</c>, <c>2 h 10 min</c>.</summary>
    public static string Duration(double seconds) =>
        seconds switch
        {
            < 10 => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, seconds):0.0} s"),
            < 59.5 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
            < 3600 => string.Create(
                CultureInfo.InvariantCulture,
                $"{(long)Math.Round(seconds) / 60} min {(long)Math.Round(seconds) % 60:00} s"
            ),
            _ => string.Create(
                CultureInfo.InvariantCulture,
                $"{(long)Math.Round(seconds / 60) / 60} h {(long)Math.Round(seconds / 60) % 60:00} min"
            ),
        };

    private void Advance(long count, string? about)
    {
        if (finished)
            return;
        done = count;
        if (about is not null)
            note = about;
        var elapsed = Elapsed();
        if (terminal.IsErrorInteractive)
        {
            if (elapsed - lastWritten < Redraw && done != total)
                return;
            Draw();
        }
        else
        {
            // The last milestone is the line that Dispose writes.
            var reached = Tenth();
            if ((brief || reached == tenth || reached == 10) && elapsed - lastWritten < Silence)
                return;
            tenth = reached;
            terminal.Error.WriteLine(Line(elapsed.TotalSeconds));
        }
        lastWritten = elapsed;
    }

    private void Draw()
    {
        live ??= Take();
        live.Draw(Line(Elapsed().TotalSeconds), done, total);
    }

    private LiveLine Take() => within is null ? new LiveLine(terminal) : within.live ??= within.Take();

    private string Line(double seconds)
    {
        var share =
            total > 0
                ? string.Create(CultureInfo.InvariantCulture, $" of {Count(total)} {unit} ({100.0 * done / total:0} %)")
                : $" {unit}";
        var left =
            total > 0 && Done > 0 && done < total ? $", {Duration(seconds / Done * (total - done - part))} left" : "";
        return $"{label}: {Count(done)}{share}{RateText(", ", seconds)}{left}{(note.Length > 0 ? ", " + note : "")}";
    }

    private string RateText(string before, double seconds)
    {
        if (Done <= 0 || seconds <= 0)
            return "";
        var rate = Done / seconds;
        if (rate is > 0 and < 1)
            return $"{before}{Duration(1 / rate)} each";
        return string.Create(CultureInfo.InvariantCulture, $"{before}{Math.Round(rate, rate < 10 ? 1 : 0)} a second");
    }

    private double Done => done - skipped + part;

    private static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    private TimeSpan Elapsed() => terminal.Time.GetElapsedTime(startedAt);

    private int Tenth() => total > 0 ? (int)(10 * Math.Min(done, total) / total) : 0;
}
