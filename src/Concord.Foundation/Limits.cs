using System.Globalization;

namespace Concord.Foundation;

/// <summary>
/// How much a file that is read may ask for. No file that anybody uses comes near; what does is a slip (a device, an
/// archive of zeros, a file that is not what its name says) or meant to do harm, and ends with a sentence.
/// </summary>
/// <remarks>
/// A program sets <see cref="Current"/> before it reads; for the tool each limit is an environment variable, given
/// beside it, as a whole number or one with K, M, G or T (times 1024) behind it. docs/reliability.md lists them.
/// </remarks>
public sealed record Limits
{
    private const long Kilo = 1L << 10,
        Mega = 1L << 20,
        Giga = 1L << 30,
        Tera = 1L << 40;

    private static Limits? current;

    /// <summary>What holds in this process; from the environment where no program has set it.</summary>
    /// <exception cref="ConcordException">A variable of the environment is no such number.</exception>
    public static Limits Current
    {
        get => current ??= Read(Environment.GetEnvironmentVariable);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            current = value;
        }
    }

    /// <summary>Bytes of one record: a line, an element of an array (<c>CONCORD_LIMIT_RECORD</c>).</summary>
    /// <value>Default: 64 MiB; 64 KiB to 2 GiB - 64 KiB.</value>
    public long RecordBytes { get; init; } = 64 * Mega;

    /// <summary>
    /// Bytes of a file that is held in memory whole: a tokenizer, a configuration, a recipe, a template
    /// (<c>CONCORD_LIMIT_DOCUMENT</c>).
    /// </summary>
    /// <value>Default: 256 MiB; 1 KiB to 2 GiB - 64 KiB.</value>
    public long DocumentBytes { get; init; } = 256 * Mega;

    /// <summary>
    /// Bytes taken from what has no length of its own: a pipe, a device (<c>CONCORD_LIMIT_PIPE</c>).
    /// </summary>
    /// <value>Default: 1 GiB; from 1 KiB.</value>
    public long PipeBytes { get; init; } = Giga;

    /// <summary>Bytes that a compressed file may unpack to (<c>CONCORD_LIMIT_UNPACKED</c>).</summary>
    /// <value>Default: 1 TiB; from 1 KiB.</value>
    public long UnpackedBytes { get; init; } = Tera;

    /// <summary>
    /// How many times its packed size a compressed file may unpack to, once that is more than 64 MiB
    /// (<c>CONCORD_LIMIT_UNPACK_RATIO</c>).
    /// </summary>
    /// <value>Default: 250; from 1.</value>
    public long UnpackRatio { get; init; } = 250;

    /// <summary>What a file may unpack to whatever its size; tests take less.</summary>
    internal long UnpackFree { get; init; } = 64 * Mega;

    /// <summary>
    /// How deep brackets, groups of a pattern and the like may nest (<c>CONCORD_LIMIT_DEPTH</c>).
    /// </summary>
    /// <value>Default: 512; 16 to 2,000.</value>
    public int Depth { get; init; } = 512;

    /// <summary>
    /// Responses of one comparison that is learned from or evaluated: their pairs are gone through, of which there are
    /// half as many as their square (<c>CONCORD_LIMIT_RESPONSES</c>).
    /// </summary>
    /// <value>Default: 1,024; 2 to 65,536.</value>
    public int Responses { get; init; } = 1024;

    /// <summary>
    /// Values of a recipe, each counted as often as aliases repeat it (<c>CONCORD_LIMIT_RECIPE_VALUES</c>).
    /// </summary>
    /// <value>Default: 10,000; from 16.</value>
    public long RecipeValues { get; init; } = 10_000;

    /// <summary>
    /// Steps that a tokenizer's patterns may take over one text, and <see cref="PatternStepsPerCharacter"/> more for
    /// each of its characters (<c>CONCORD_LIMIT_PATTERN_STEPS</c>).
    /// </summary>
    /// <value>Default: 10 Mi (10,485,760); from 1,024.</value>
    public long PatternSteps { get; init; } = 10 * Mega;

    /// <summary>See <see cref="PatternSteps"/> (<c>CONCORD_LIMIT_PATTERN_STEPS_PER_CHARACTER</c>).</summary>
    /// <value>Default: 1,000; from 1.</value>
    public long PatternStepsPerCharacter { get; init; } = 1000;

    /// <summary>
    /// How many times its length a tokenizer may make a text longer, once that is more than a million characters
    /// (<c>CONCORD_LIMIT_TEXT_GROWTH</c>).
    /// </summary>
    /// <value>Default: 64; from 1.</value>
    public long TextGrowth { get; init; } = 64;

    /// <summary>A number of bytes in words: 268435456 is 256 MiB.</summary>
    public static string Bytes(long count)
    {
        foreach (var (unit, name) in (ReadOnlySpan<(long, string)>)[(Giga, "GiB"), (Mega, "MiB"), (Kilo, "KiB")])
            if (count >= unit && count % unit == 0)
                return $"{(count / unit).ToString(CultureInfo.InvariantCulture)} {name}";
        return $"{count.ToString(CultureInfo.InvariantCulture)} bytes";
    }

    /// <summary>The limits that an environment gives.</summary>
    internal static Limits Read(Func<string, string?> variable)
    {
        var most = Array.MaxLength - 64 * Kilo;
        var start = new Limits();
        return new Limits
        {
            RecordBytes = Of("RECORD", start.RecordBytes, 64 * Kilo, most),
            DocumentBytes = Of("DOCUMENT", start.DocumentBytes, Kilo, most),
            PipeBytes = Of("PIPE", start.PipeBytes, Kilo, long.MaxValue),
            UnpackedBytes = Of("UNPACKED", start.UnpackedBytes, Kilo, long.MaxValue),
            UnpackRatio = Of("UNPACK_RATIO", start.UnpackRatio, 1, Mega),
            Depth = (int)Of("DEPTH", start.Depth, 16, 2000),
            Responses = (int)Of("RESPONSES", start.Responses, 2, 1 << 16),
            RecipeValues = Of("RECIPE_VALUES", start.RecipeValues, 16, long.MaxValue),
            PatternSteps = Of("PATTERN_STEPS", start.PatternSteps, Kilo, Tera),
            PatternStepsPerCharacter = Of("PATTERN_STEPS_PER_CHARACTER", start.PatternStepsPerCharacter, 1, Giga),
            TextGrowth = Of("TEXT_GROWTH", start.TextGrowth, 1, Mega),
        };

        long Of(string name, long otherwise, long least, long most)
        {
            name = $"CONCORD_LIMIT_{name}";
            if (variable(name) is not { Length: > 0 } text)
                return otherwise;
            return Number(text) is { } number && number >= least && number <= most
                ? number
                : throw new ConcordException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The environment variable {name} is '{text}'; a whole number from {least} to {most} was "
                            + $"expected, or one with K, M, G or T behind it. Set it so, or unset it for {otherwise}."
                    )
                );
        }
    }

    private static long? Number(string text)
    {
        var unit = char.ToUpperInvariant(text[^1]) switch
        {
            'K' => Kilo,
            'M' => Mega,
            'G' => Giga,
            'T' => Tera,
            _ => 1,
        };
        var digits = unit == 1 ? text : text[..^1];
        return
            long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= long.MaxValue / unit
            ? number * unit
            : null;
    }
}
