using System.Globalization;
using System.Text;
using Concord.Tokenization.Normalizers;
using Concord.Tokenization.Patterns;
using Concord.Tokenization.PreTokenizers;

namespace Concord.Tokenization.Decoders;

/// <summary>Rewrites the strings of tokens on their way to one text; in the end they are joined.</summary>
internal abstract class Decoder
{
    /// <summary>Rewrites the list, which may grow shorter or longer.</summary>
    public abstract List<string> Decode(List<string> tokens);
}

/// <summary>One after the other.</summary>
internal sealed class DecoderSequence(IReadOnlyList<Decoder> parts) : Decoder
{
    public override List<string> Decode(List<string> tokens) =>
        parts.Aggregate(tokens, static (current, part) => part.Decode(current));
}

/// <summary>
/// Letters back to bytes, bytes to text. A token with a letter that stands for no byte (an added token's) gives its own
/// UTF-8 bytes.
/// </summary>
internal sealed class ByteLevelDecoder : Decoder
{
    public override List<string> Decode(List<string> tokens)
    {
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            var start = bytes.Count;
            foreach (var letter in token)
            {
                var value = ByteAlphabet.Byte(letter);
                if (value < 0)
                {
                    bytes.RemoveRange(start, bytes.Count - start);
                    bytes.AddRange(Encoding.UTF8.GetBytes(token));
                    break;
                }
                bytes.Add((byte)value);
            }
        }
        return [Encoding.UTF8.GetString([.. bytes])];
    }
}

/// <summary>Replaces matches in each token.</summary>
internal sealed class ReplaceDecoder(TextPattern pattern, string content) : Decoder
{
    public override List<string> Decode(List<string> tokens) =>
        [.. tokens.Select(token => Replacement.Replace(token, pattern, content))];
}

/// <summary>
/// Runs of byte tokens (<c>&lt;0x0A&gt;</c>) to text; a run that is no valid UTF-8 gives one U+FFFD a byte.
/// </summary>
internal sealed class ByteFallbackDecoder : Decoder
{
    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    public override List<string> Decode(List<string> tokens)
    {
        var result = new List<string>(tokens.Count);
        var run = new List<byte>();
        foreach (var token in tokens)
        {
            if (TryByte(token, out var value))
            {
                run.Add(value);
                continue;
            }
            Flush(run, result);
            result.Add(token);
        }
        Flush(run, result);
        return result;
    }

    private static bool TryByte(string token, out byte value)
    {
        value = 0;
        return token.Length == 6
            && token.StartsWith("<0x", StringComparison.Ordinal)
            && token[5] == '>'
            && byte.TryParse(
                token.AsSpan(3, 2),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out value
            );
    }

    private static void Flush(List<byte> run, List<string> result)
    {
        if (run.Count == 0)
            return;
        try
        {
            result.Add(Strict.GetString([.. run]));
        }
        catch (DecoderFallbackException)
        {
            result.Add(new string('\uFFFD', run.Count));
        }
        run.Clear();
    }
}

/// <summary>All tokens to one.</summary>
internal sealed class FuseDecoder : Decoder
{
    public override List<string> Decode(List<string> tokens) => [string.Concat(tokens)];
}

/// <summary>Takes up to so many of a character from the ends of each token.</summary>
internal sealed class StripDecoder(char content, int start, int stop) : Decoder
{
    public override List<string> Decode(List<string> tokens) => [.. tokens.Select(Strip)];

    private string Strip(string token)
    {
        int from = 0,
            to = token.Length;
        while (from < start && from < token.Length && token[from] == content)
            from++;
        while (token.Length - to < stop && to > 0 && token[to - 1] == content)
            to--;
        return from < to ? token[from..to] : "";
    }
}

/// <summary>Marks back to spaces; those of the first token, which were put there, vanish.</summary>
internal sealed class MetaspaceDecoder(char replacement, PrependScheme scheme) : Decoder
{
    public override List<string> Decode(List<string> tokens) =>
        [
            .. tokens.Select(
                (token, i) =>
                    i == 0 && scheme != PrependScheme.Never
                        ? token.Replace(replacement.ToString(), "", StringComparison.Ordinal)
                        : token.Replace(replacement, ' ')
            ),
        ];
}
