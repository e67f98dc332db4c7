using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Concord.Cli.CommandLine;
using Concord.Cli.Terminals;
using Concord.Foundation;
using Concord.Records;
using Concord.Tokenization;

namespace Concord.Cli.Commands;

/// <summary><c>concord tokenize</c>: texts to ids, one line out per line in.</summary>
internal static class TokenizeCommand
{
    // Lines read before any is written: enough work for all cores, and a bound on what is held at a time.
    private const int LinesAtOnce = 512;
    private const int CharactersAtOnce = 1 << 22;

    public static Command Create()
    {
        var tokenizer = new Argument<string>("TOKENIZER")
        {
            Description = "A tokenizer.json, a SentencePiece tokenizer.model, or a folder that holds one.",
        };
        var file = new Argument<string>("FILE")
        {
            Description =
                "Lines {\"text\": ..}; other keys are ignored. A name ending in .gz is unpacked; - is standard input.",
        };
        return new Command(
            "tokenize",
            "Write the token ids of texts, as Hugging Face's tokenizers and SentencePiece give them: lines "
                + "{\"ids\", \"ids_special\", \"decoded\"} on standard output."
        )
        {
            tokenizer,
            file,
        }
            .WithExamples(
                "concord tokenize models/pythia-160m texts.jsonl > ids.jsonl",
                "concord tokenize llama/tokenizer.model texts.jsonl.gz"
            )
            .Handle(
                (parse, terminal, cancellation) =>
                    Run(
                        Tokenizer.Load(RunContents.ModelOf(parse.GetRequiredValue(tokenizer))),
                        parse.GetRequiredValue(file),
                        terminal,
                        cancellation
                    )
            );
    }

    private static int Run(Tokenizer tokenizer, string file, Terminal terminal, CancellationToken cancellation)
    {
        using var stream = Open(file);
        var reader = new LineReader(stream);
        var batch = new List<(int Number, string Line)>();
        var number = 0;
        for (var more = true; more; )
        {
            batch.Clear();
            for (var characters = 0; batch.Count < LinesAtOnce && characters < CharactersAtOnce; )
            {
                var line = ReadLine(reader, file, number + 1);
                more = line is not null;
                if (line is null)
                    break;
                number++;
                if (string.IsNullOrWhiteSpace(line))
                    continue;
                characters += line.Length;
                batch.Add((number, line));
            }
            WriteBatch(tokenizer, file, batch, terminal.Out, cancellation);
        }
        return ExitCodes.Done;
    }

    /// <summary>Writes the lines of a batch in order, up to the first that is wrong.</summary>
    private static void WriteBatch(
        Tokenizer tokenizer,
        string file,
        List<(int Number, string Line)> batch,
        TextWriter output,
        CancellationToken cancellation
    )
    {
        foreach (
            var text in OrderedParallel.Map(
                batch,
                one => Describe(tokenizer, ReadText(file, one.Number, one.Line)),
                cancellation
            )
        )
            output.WriteLine(text);
    }

    private static string ReadText(string file, int number, string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (
                document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("text", out var text)
                && text.ValueKind == JsonValueKind.String
            )
                return text.GetString()!;
            throw Bad(file, number, "an object with a string \"text\" was expected");
        }
        catch (JsonException error)
        {
            throw Bad(file, number, $"not valid JSON ({error.Message.TrimEnd('.')})");
        }
        catch (InvalidOperationException)
        {
            throw Bad(file, number, "\"text\" is not valid Unicode (a lone surrogate)");
        }
    }

    private static string Describe(Tokenizer tokenizer, string text)
    {
        var ids = tokenizer.Encode(text, addSpecialTokens: false);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            WriteIds(writer, "ids", ids);
            WriteIds(writer, "ids_special", tokenizer.Encode(text, addSpecialTokens: true));
            writer.WriteString("decoded", tokenizer.Decode(ids));
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    private static void WriteIds(Utf8JsonWriter writer, string name, int[] ids)
    {
        writer.WriteStartArray(name);
        foreach (var id in ids)
            writer.WriteNumberValue(id);
        writer.WriteEndArray();
    }

    private static Stream Open(string file)
    {
        var stream = file == "-" ? Console.OpenStandardInput() : InputFile.Open(file, "a file of lines {\"text\": ..}");
        return file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GzipInput(stream) : stream;
    }

    private static string? ReadLine(LineReader reader, string file, int number)
    {
        try
        {
            return reader.Read();
        }
        catch (DecoderFallbackException)
        {
            throw Bad(file, number, "the text of this line is not UTF-8");
        }
        catch (InvalidDataException error)
        {
            throw Bad(file, number, error.Message.TrimEnd('.'));
        }
    }

    private static ConcordException Bad(string file, int number, string what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{file}, line {number}: {what}."));
}
