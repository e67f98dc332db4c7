using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Concord.Foundation;

namespace Concord.Preferences.Simulation;

/// <summary>
/// Writes simulated comparisons as files that any trainer of reward models reads: TRL's explicit prompt, as messages.
/// </summary>
public static class SimulatedFiles
{
    private const string Population = "population.json";

    /// <summary>
    /// Writes <c>train/SOURCE.jsonl</c> and <c>held_out/SOURCE.jsonl</c> of every source, and <c>population.json</c>
    /// with the true tastes.
    /// </summary>
    /// <param name="population">The population.</param>
    /// <param name="folder">Where to: a new folder, an empty one, or one of an earlier population.</param>
    /// <exception cref="ConcordException">The folder holds something else, or the files cannot be written
    /// there.</exception>
    public static void Write(SimulatedPopulation population, string folder)
    {
        if (
            Directory.Exists(folder)
            && Directory.EnumerateFileSystemEntries(folder).Any()
            && !File.Exists(Path.Combine(folder, Population))
        )
            throw new ConcordException(
                $"{folder} is there already and holds no population of an earlier quickstart ({Population}): name "
                    + $"another folder, or remove it first."
            );
        foreach (var source in population.SourceNames)
        {
            AtomicFile.WriteLines(
                Path.Combine(folder, "train", $"{source}.jsonl"),
                population.Training(source).Select(Line)
            );
            AtomicFile.WriteLines(
                Path.Combine(folder, "held_out", $"{source}.jsonl"),
                population.HeldOut(source).Select(Line)
            );
        }
        AtomicFile.WriteText(Path.Combine(folder, Population), Describe(population));
    }

    /// <summary>
    /// One comparison as a JSON line: prompt, chosen, rejected, and the true probability that its group prefers the
    /// chosen one.
    /// </summary>
    public static string Line(SimulatedComparison simulated)
    {
        var chosen = simulated.Comparison.Scores[0] > simulated.Comparison.Scores[1] ? 0 : 1;
        return Json(
            indented: false,
            json =>
            {
                json.WriteStartObject();
                WriteMessages(json, "prompt", simulated.Comparison.Prompt);
                WriteMessages(json, "chosen", simulated.Comparison.Responses[chosen].Messages);
                WriteMessages(json, "rejected", simulated.Comparison.Responses[1 - chosen].Messages);
                json.WriteNumber("true_probability", chosen == 0 ? simulated.Probability : 1 - simulated.Probability);
                json.WriteEndObject();
            }
        );
    }

    private static string Describe(SimulatedPopulation population) =>
        Json(
            indented: true,
            json =>
            {
                json.WriteStartObject();
                json.WriteNumber("seed", population.Settings.Seed);
                json.WriteStartArray("attributes");
                foreach (var attribute in ResponseAttribute.All)
                {
                    json.WriteStartObject();
                    json.WriteString("name", attribute.Name);
                    json.WriteNumber("mean", attribute.Mean);
                    json.WriteNumber("deviation", attribute.Deviation);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                WriteNumbers(json, "shared_weights", population.SharedWeights);
                json.WriteStartArray("sources");
                foreach (var source in population.Settings.Sources)
                {
                    json.WriteStartObject();
                    json.WriteString("name", source.Name);
                    json.WriteNumber("size", source.Size);
                    json.WriteNumber("drift", source.Drift);
                    json.WriteNumber("noise", source.Noise);
                    WriteNumbers(json, "weights", population.Weights(source.Name));
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteEndObject();
            }
        ) + "\n";

    private static string Json(bool indented, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        var options = new JsonWriterOptions
        {
            Indented = indented,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        using (var json = new Utf8JsonWriter(buffer, options))
            write(json);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void WriteMessages(Utf8JsonWriter json, string name, IReadOnlyList<Message> messages)
    {
        json.WriteStartArray(name);
        foreach (var message in messages)
        {
            json.WriteStartObject();
            json.WriteString("role", message.Role);
            json.WriteString("content", message.Content);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<double> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
