using System.CommandLine;
using System.Globalization;
using Concord.Cli.CommandLine;
using Concord.Cli.Terminals;
using Concord.Foundation;
using Concord.Preferences.Readers;
using Concord.Runs.Rendering;
using Concord.Tokenization.Rendering;

namespace Concord.Cli.Commands;

/// <summary><c>concord render</c>: what a model reads.</summary>
internal static class RenderCommand
{
    private static readonly OutputKind Rendered = OutputKind.Lines(
        "a file of renderings",
        line =>
            line.TryGetProperty("error", out _)
            || line.TryGetProperty("text", out _) && !line.TryGetProperty("messages", out _)
    );

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var places = new Argument<string[]>("[MODEL] FILE")
        {
            Description =
                "A model's folder or tokenizer, and a file: comparisons in any known format, or JSON lines "
                + "{\"messages\": [..], \"tools\"?, \"documents\"?, \"add_generation_prompt\"?, "
                + "\"continue_final_message\"?, \"kwargs\"?, \"special_tokens\"?, \"text\"? | \"template\"?}; - is "
                + "standard input. The model may be left out where a template is given.",
            Arity = new ArgumentArity(1, 2),
        };
        var template = new Option<string?>("--template")
        {
            Description =
                "A chat template in place of the model's: a file, or a folder of files that lines name as "
                + "\"template\".",
            HelpName = "X.jinja",
        };
        var output = new Option<string?>("--output", "-o")
        {
            Description = "Where the lines go; standard output if not given, or -.",
            HelpName = "OUT.jsonl",
        };
        var now = new Option<string?>("--now")
        {
            Description = "The time that templates are told, such as 2026-02-03T04:05:00; the clock's if not given.",
            HelpName = "TIME",
        };
        var format = new Option<string?>("--format")
        {
            Description = "The format of comparisons; recognised from the file's content if not named.",
            HelpName = "NAME",
        };
        var force = new ForceOption();
        var reading = new ReadingOptions();
        var command = new Command(
            "render",
            "What a model reads: the text of comparisons and conversations, with special tokens and ids where there is "
                + "a tokenizer, as JSON lines."
        )
        {
            places,
            template,
            output,
            force,
            now,
            format,
        };
        foreach (var option in reading.Options)
            command.Options.Add(option);
        command.WithExamples(
            "concord render models/smollm2-135m-instruct pairs.jsonl",
            "concord render --template chat_template.jinja conversations.jsonl --now 2026-02-03T04:05:00",
            "concord render models/smollm2-135m-instruct helpful.json -o rendered.jsonl"
        );
        return command.Handle(
            (parse, terminal, cancellation) =>
            {
                var named = parse.GetValue(places)!;
                var job = new RenderJob(named[^1])
                {
                    Model = named.Length == 2 ? named[0] : null,
                    Template = parse.GetValue(template),
                    Rendering = reading.Rendering(parse),
                    Dialogues = reading.Dialogues(parse),
                    Now = Time(parse.GetValue(now)),
                    Format = parse.GetValue(format) is { } name ? PreferenceFormat.Parse(name) : null,
                };
                string[] inputs = [.. named, .. job.Template is { } given ? (string[])[given] : []];
                var place = OutputPlace.Find(
                    parse.GetValue(output) ?? OutputPlace.StandardOutput,
                    Rendered,
                    inputs,
                    parse.GetValue(force)
                );
                return Run(job, place, terminal, cancellation);
            }
        );
    }

    private static int Run(RenderJob job, OutputPlace place, Terminal terminal, CancellationToken cancellation)
    {
        void Say(RenderingChoice choice) => terminal.Error.WriteLine($"{choice}.");

        RenderResult? result = null;
        if (place.IsStandardOutput)
        {
            result = job.Run(terminal.Out.WriteLine, Say, cancellation);
            terminal.Out.Flush();
        }
        else
            place.Write(stream =>
            {
                using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
                result = job.Run(writer.WriteLine, Say, cancellation);
            });
        if (result!.Errors > 0)
            terminal.Error.WriteLine($"{result.Errors} of {result.Lines} lines hold an error.");
        return result.Errors == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static DateTime? Time(string? text)
    {
        if (text is null)
            return null;
        return DateTime.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.NoCurrentDateDefault | DateTimeStyles.RoundtripKind,
            out var time
        )
            ? DateTime.SpecifyKind(time, DateTimeKind.Unspecified)
            : throw new UsageException($"--now {text}: a time such as 2026-02-03T04:05:00 was expected.");
    }
}
