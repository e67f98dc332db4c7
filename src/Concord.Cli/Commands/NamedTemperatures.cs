using System.CommandLine;
using System.Globalization;
using Concord.Calibration;
using Concord.Foundation;

namespace Concord.Cli.Commands;

/// <summary>The option <c>--temperature SOURCE=TAU</c>, read and checked.</summary>
internal static class NamedTemperatures
{
    /// <summary>Refuses a source that no record has.</summary>
    public static void Check(EvaluationOptions options, IEnumerable<string> sources)
    {
        if (options.Temperatures is not { } named)
            return;
        string[] known = [.. sources.Distinct()];
        foreach (var name in named.Keys.Except(known))
        {
            var nearest = NearestName.Find(name, known);
            throw new UsageException(
                $"--temperature names source {name}, which no record "
                    + $"has.{(nearest is null ? "" : $" Did you mean {nearest}?")}"
            );
        }
    }

    /// <summary>Reads the values of the option; null where there are none.</summary>
    public static Dictionary<string, double>? Read(ParseResult parse, Option<string[]> option)
    {
        var written = parse.GetValue(option) ?? [];
        if (written.Length == 0)
            return null;
        var result = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var one in written)
        {
            var at = one.LastIndexOf('='); // a name may hold the sign too
            if (
                at < 1
                || !double.TryParse(one.AsSpan(at + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var tau)
                || !double.IsFinite(tau)
                || tau <= 0
            )
                throw new UsageException(
                    $"--temperature {one}: SOURCE=TAU with a number above 0 was expected, for instance webgpt=0.6."
                );
            if (!result.TryAdd(one[..at], tau))
                throw new UsageException($"--temperature names source {one[..at]} twice: give it once.");
        }
        return result;
    }
}
