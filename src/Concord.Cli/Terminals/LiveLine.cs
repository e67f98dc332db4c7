using Spectre.Console;
using Spectre.Console.Rendering;

namespace Concord.Cli.Terminals;

/// <summary>The lowest line of a terminal, rewritten in place on standard error: a bar and a few words.</summary>
internal sealed class LiveLine : IDisposable
{
    private const int BarWidth = 10;

    private readonly SteadyConsole console;
    private readonly TaskCompletionSource ended = new();
    private readonly Task display;
    private readonly ProgressTask task;
    private ProgressContext? context;

    /// <summary>Takes the line; nothing is drawn yet.</summary>
    public LiveLine(Terminal terminal)
    {
        var settings = new AnsiConsoleSettings
        {
            // Elsewhere every terminal that is not dumb knows them; on Windows they have to be switched on.
            Ansi = OperatingSystem.IsWindows() ? AnsiSupport.Detect : AnsiSupport.Yes,
            ColorSystem = terminal.HasColors ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(terminal.Codes),
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        };
        console = new SteadyConsole(AnsiConsole.Create(settings));
        // Fixed: where a window became narrower, Spectre would clear it with all that it scrolled away.
        console.Profile.Width = terminal.Width - 1;
        console.Profile.Height = 2;
        // Drawn by the thread that works, when it has something to say; a display lasts as long as its task.
        var progress = new Spectre.Console.Progress(console) { AutoRefresh = false, AutoClear = true }
            .ExcludeVerticalPadding()
            .Columns(
                new ProgressBarColumn { Width = BarWidth },
                new TaskDescriptionColumn { Alignment = Justify.Left }
            );
        display = progress.StartAsync(started =>
        {
            context = started;
            return ended.Task;
        });
        task = context!.AddTask("...");
        task.MaxSamplesKept = 0; // rates are in the words
    }

    /// <summary>Draws the line.</summary>
    /// <param name="words">Beside the bar; what does not fit is left out.</param>
    /// <param name="done">How much is done.</param>
    /// <param name="total">Of how much, or 0 where that is not known.</param>
    public void Draw(string words, long done, long total)
    {
        words = PlainWriter.OneLine(words);
        var room = console.Profile.Width - BarWidth - 1;
        task.Description = Markup.Escape(words.Length > room ? words[..room] : words);
        task.IsIndeterminate = total == 0;
        task.MaxValue = Math.Max(total, 1);
        task.Value = total == 0 ? 0 : done;
        context!.Refresh();
    }

    /// <summary>Takes the words off the terminal, for something else to be written there.</summary>
    public void Erase() => console.WriteAnsi(writer => writer.Write("\r").EraseInLine(2));

    /// <summary>Takes the line off the terminal and gives it back.</summary>
    public void Dispose()
    {
        if (ended.TrySetResult())
            display.GetAwaiter().GetResult();
    }

    /// <summary>A console whose cursor stays visible: whatever ends or stops the process (Ctrl-Z, a second Ctrl-C, the
    /// system) leaves the terminal as it was.</summary>
    private sealed class SteadyConsole(IAnsiConsole console) : IAnsiConsole, IAnsiConsoleCursor
    {
        public Profile Profile => console.Profile;
        public IAnsiConsoleCursor Cursor => this;
        public IAnsiConsoleInput Input => console.Input;
        public IExclusivityMode ExclusivityMode => console.ExclusivityMode;
        public RenderPipeline Pipeline => console.Pipeline;

        public void Clear(bool home) => console.Clear(home);

        public void Write(IRenderable renderable) => console.Write(renderable);

        public void WriteAnsi(Action<AnsiWriter> action) => console.WriteAnsi(action);

        public void Show(bool show) { }

        public void SetPosition(int column, int line) => console.Cursor.SetPosition(column, line);

        public void Move(CursorDirection direction, int steps) => console.Cursor.Move(direction, steps);
    }
}
