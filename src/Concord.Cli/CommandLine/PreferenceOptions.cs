using System.CommandLine;
using Concord.Preferences.Readers;

namespace Concord.Cli.CommandLine;

/// <summary>How files of preferences are read: format, columns, sources.</summary>
internal sealed class PreferenceOptions
{
    private readonly Option<string?> format = new("--format")
    {
        Description =
            "The format of all files, where it is not to be recognised: "
            + $"{string.Join(", ", PreferenceFormat.All.Select(one => one.Name))}.",
        HelpName = "NAME",
    };

    private readonly Option<string?> columns = new("--columns")
    {
        Description =
            "Which column is which field, where the files call them otherwise than formats do, as "
            + "prompt=question,chosen=a,rejected=b; an empty column leaves a field aside (images=). Fields: "
            + $"{string.Join(", ", ColumnMapping.Fields)}.",
        HelpName = "FIELD=COLUMN,..",
    };

    private readonly Option<string?> source = new("--source")
    {
        Description =
            "One source for everything read; else what the format tells apart (domain, objective), else the records' "
            + "source, subset or dataset where its values are few and frequent enough, else each file's name.",
        HelpName = "NAME",
    };

    private readonly Option<string?> sourceField = new("--source-field")
    {
        Description = "The column whose values are the sources.",
        HelpName = "COLUMN",
    };

    /// <summary>All of them.</summary>
    public IEnumerable<Option> Options => [format, columns, source, sourceField];

    /// <summary>Puts them into a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="sources">Whether it asks for sources.</param>
    public void AddTo(Command command, bool sources = true)
    {
        command.Options.Add(format);
        command.Options.Add(columns);
        if (!sources)
            return;
        command.Options.Add(source);
        command.Options.Add(sourceField);
    }

    /// <summary>What was written.</summary>
    /// <exception cref="UsageException">An option has no meaning.</exception>
    public ReadOptions Read(ParseResult parse)
    {
        string? named = Text(parse, source),
            field = Text(parse, sourceField);
        if (named is not null && field is not null)
            throw new UsageException(
                "--source names one source for all records and --source-field a column: give one."
            );
        return new ReadOptions
        {
            Format = Parsed(parse, format, PreferenceFormat.Parse),
            Columns = Parsed(parse, columns, ColumnMapping.Parse) ?? ColumnMapping.None,
            Source = named,
            SourceField = field,
        };
    }

    private static string? Text(ParseResult parse, Option<string?> option)
    {
        var text = parse.CommandResult.Command.Options.Contains(option) ? parse.GetValue(option) : null;
        return text is not null && string.IsNullOrWhiteSpace(text)
            ? throw new UsageException($"{option.Name} is empty: a name was expected.")
            : text;
    }

    private static T? Parsed<T>(ParseResult parse, Option<string?> option, Func<string, T> read)
        where T : class
    {
        try
        {
            return parse.GetValue(option) is { } text ? read(text) : null;
        }
        catch (ConcordException error)
        {
            throw new UsageException($"{option.Name}: {error.Message}");
        }
    }
}
