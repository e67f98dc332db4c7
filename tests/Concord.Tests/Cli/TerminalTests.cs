using Concord.Calibration;
using Concord.Cli.Terminals;
using Xunit;

namespace Concord.Tests.Cli;

public class TerminalTests
{
    [Fact]
    public void A_table_is_aligned()
    {
        using var output = new StringWriter { NewLine = "\n" };
        new TextTable("source", ">pairs", "note").Add("helpful", 1882, "a").Add("é", 7).Write(output);
        Assert.Equal(
            "source   pairs  note\n-------  -----  ----\nhelpful   1882  a\né            7\n",
            output.ToString()
        );
    }

    [Fact]
    public void What_stands_in_brackets_is_data_and_a_wide_character_takes_two_columns()
    {
        using var output = new StringWriter { NewLine = "\n" };
        new TextTable("[red]source[/]", ">pairs").Add("[bold]", 1).Add("源源", 22).Add(":warning:").Write(output);
        Assert.Equal(
            """
            [red]source[/]  pairs
            --------------  -----
            [bold]              1
            源源               22
            :warning:

            """.ReplaceLineEndings("\n"),
            output.ToString()
        );
    }

    [Fact]
    public void A_table_of_one_column_and_one_too_wide_are_written_whole()
    {
        using var output = new StringWriter { NewLine = "\n" };
        new TextTable("name").Add("a").Write(output);
        new TextTable("name", "text", "more").Add("a", new string('b', 90), "c").Write(output);
        Assert.Equal(
            $"name\n----\na\nname  text\n----  {new string('-', 90)}\na     {new string('b', 90)}\n\n"
                + "name  more\n----  ----\na     c\n",
            output.ToString()
        );
    }

    [Fact]
    public void A_wide_table_goes_into_blocks_that_repeat_the_first_column()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var table = new TextTable(["name", .. Enumerable.Range(0, 12).Select(i => $">column{i:00}")]);
        table.Add(["row", .. Enumerable.Range(0, 12).Cast<object>()]).Write(output);
        var lines = output.ToString().Split('\n');
        Assert.All(lines, line => Assert.True(line.Length <= 80, line));
        Assert.Equal(2, lines.Count(line => line.StartsWith("name", StringComparison.Ordinal)));
        for (var i = 0; i < 12; i++)
            Assert.Contains($"column{i:00}", output.ToString());
    }

    [Fact]
    public void Without_a_terminal_progress_is_lines_at_tenths_and_every_half_minute()
    {
        var (terminal, clock, error) = Terminal(interactive: false);
        using (var progress = new Progress(terminal, "scoring", 1000, "pairs"))
        {
            for (var i = 0; i < 100; i++)
            {
                clock.Advance(TimeSpan.FromMilliseconds(100));
                progress.Add(1);
            }
            Assert.Equal("scoring: 100 of 1,000 pairs (10 %), 10 a second, 1 min 30 s left\n", error.ToString());
            clock.Advance(TimeSpan.FromSeconds(29));
            progress.Add(1);
            Assert.Single(Lines(error));
            clock.Advance(TimeSpan.FromSeconds(1));
            progress.Add(1, "loss .5");
            Assert.EndsWith("loss .5", Lines(error)[1]);
            progress.Report(1000);
            Assert.Equal(2, Lines(error).Length);
        }
        Assert.Equal("scoring: 1,000 pairs in 40 s, 25 a second", Lines(error)[^1]);
        Assert.DoesNotContain('\r', error.ToString());
        Assert.DoesNotContain('\e', error.ToString());
    }

    [Fact]
    public void On_a_terminal_progress_rewrites_its_line_at_most_ten_times_a_second()
    {
        var (terminal, clock, error) = Terminal(interactive: true);
        using (var progress = new Progress(terminal, "scoring", 1000, "pairs"))
        {
            for (var i = 0; i < 100; i++)
            {
                clock.Advance(TimeSpan.FromMilliseconds(10));
                progress.Add(1);
            }
        }
        Assert.InRange(error.ToString().Count(c => c == '\r'), 5, 13);
        Assert.Single(Lines(error));
    }

    [Fact]
    public void A_terminal_shows_a_bar_and_the_line_cut_to_its_width_then_how_long_it_took()
    {
        var (terminal, clock, error) = Terminal(interactive: true);
        using (var progress = new Progress(terminal, "scoring", 1000, "pairs"))
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            progress.Report(200, "[red] of [/] and more words than have a place");
            Assert.Equal(
                ["━━         scoring: 200 of 1,000 pairs (20 %), 20 a second, 40 s left, [red] of"],
                new Screen(error).Lines
            );
            clock.Advance(TimeSpan.FromSeconds(40));
            progress.Report(1000, "b");
            Assert.Equal(["━━━━━━━━━━ scoring: 1,000 of 1,000 pairs (100 %), 20 a second, b"], new Screen(error).Lines);
        }
        Assert.Equal(["scoring: 1,000 pairs in 50 s, 20 a second"], new Screen(error).Lines);
    }

    [Fact]
    public void Lines_of_their_own_stand_above_the_live_line()
    {
        var (terminal, clock, error) = Terminal(interactive: true);
        using var progress = new Progress(terminal, "scoring", 0, "records");
        progress.WriteLine("first");
        Assert.Equal(["first"], new Screen(error).Lines);
        clock.Advance(TimeSpan.FromSeconds(1));
        progress.Report(7);
        progress.WriteLine("[second]");
        var lines = new Screen(error).Lines;
        Assert.Equal(["first", "[second]"], lines[..^1]);
        Assert.EndsWith(" scoring: 7 records, 7 a second", lines[^1]);
    }

    [Fact]
    public void Work_within_longer_work_takes_its_line_and_gives_it_back()
    {
        var (terminal, clock, error) = Terminal(interactive: true);
        using var training = new Progress(terminal, "training", 10, "steps");
        clock.Advance(TimeSpan.FromSeconds(1));
        training.Report(1);
        using (var evaluating = new Progress(terminal, "evaluating", 4, "pairs", brief: true, within: training))
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            evaluating.Report(2);
            Assert.Equal(
                ["━━━━━      evaluating: 2 of 4 pairs (50 %), 2 a second, 1.0 s left"],
                new Screen(error).Lines
            );
        }
        training.WriteLine("step 1: evaluated");
        Assert.Equal(
            ["step 1: evaluated", "━          training: 1 of 10 steps (10 %), 2.0 s each, 18 s left"],
            new Screen(error).Lines
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_interrupted_live_line_leaves_the_terminal_as_it_was(bool colors)
    {
        var (terminal, clock, error) = Terminal(interactive: true);
        Assert.Throws<OperationCanceledException>(void () =>
        {
            using var progress = new Progress(terminal with { HasColors = colors }, "scoring", 10, "pairs");
            clock.Advance(TimeSpan.FromSeconds(1));
            progress.Report(5);
            throw new OperationCanceledException();
        });
        Assert.Equal(["scoring: 5 pairs in 1.0 s, 5 a second"], new Screen(error).Lines);
        Assert.Equal(colors, new Screen(error).Colored);
        Assert.False(new Screen(error).CursorWasHidden);
    }

    [Fact]
    public void What_an_earlier_run_did_does_not_count_towards_the_rate()
    {
        var (terminal, clock, error) = Terminal(interactive: false);
        using var progress = new Progress(terminal, "training", 100, "steps", alreadyDone: 50);
        clock.Advance(TimeSpan.FromSeconds(10));
        progress.Add(10);
        Assert.Equal("training: 60 of 100 steps (60 %), 1 a second, 40 s left\n", error.ToString());
    }

    [Fact]
    public void Brief_progress_is_silent_unless_it_takes_long()
    {
        var (terminal, clock, error) = Terminal(interactive: false);
        using (var progress = new Progress(terminal, "evaluating", 100, "pairs", brief: true))
        {
            for (var i = 0; i < 50; i++)
                progress.Add(1);
            Assert.Equal("", error.ToString());
            clock.Advance(TimeSpan.FromSeconds(31));
            progress.Add(1);
        }
        Assert.Single(Lines(error));
    }

    [Theory]
    [InlineData(0.04, "0.0 s")]
    [InlineData(9.94, "9.9 s")]
    [InlineData(59.7, "1 min 00 s")]
    [InlineData(185, "3 min 05 s")]
    [InlineData(7800, "2 h 10 min")]
    public void Durations_are_said_as_people_say_them(double seconds, string expected) =>
        Assert.Equal(expected, Progress.Duration(seconds));

    private static string[] Lines(StringWriter writer) =>
        writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [Theory]
    [InlineData(true, "step 5: validation accuracy")]
    [InlineData(false, "step 5: held-out accuracy")]
    public void An_evaluation_counts_each_side_by_itself_and_says_which_it_is(bool withValidation, string expected)
    {
        var (terminal, clock, written) = Terminal(interactive: false);
        using var reporter = new TrainingReporter(terminal);
        reporter.Started(0, 10, resumed: false);
        foreach (var side in withValidation ? [4, 9] : (int[])[9])
            for (var done = 1; done <= side; done++)
            {
                clock.Advance(TimeSpan.FromSeconds(31));
                reporter.Evaluating(done, side);
            }
        var report = Evaluation.Run(Simulated.Pairs(30, 1), new EvaluationOptions { Resamples = 0 });
        var heldOut = new EvaluationSide(30, 30);
        reporter.Evaluated(
            5,
            report with
            {
                Sides = new EvaluationSides(withValidation ? new EvaluationSide(4, 4) : null, heldOut, null),
            },
            best: true
        );
        Assert.Contains(expected, written.ToString(), StringComparison.Ordinal);
        Assert.Contains("evaluating: 9 of 9 comparisons (100 %)", written.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("of 4 comparisons (225 %)", written.ToString(), StringComparison.Ordinal);
    }

    private static (Terminal, ManualClock, StringWriter) Terminal(bool interactive)
    {
        var clock = new ManualClock();
        var error = new StringWriter { NewLine = "\n" };
        return (new Terminal(TextWriter.Null, error) { IsErrorInteractive = interactive, Time = clock }, clock, error);
    }

    private sealed class ManualClock : TimeProvider
    {
        private long ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan time) => ticks += time.Ticks;

        public override long GetTimestamp() => ticks;
    }
}
