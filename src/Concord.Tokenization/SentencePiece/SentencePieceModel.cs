using System.Text;
using Concord.Foundation;

namespace Concord.Tokenization.SentencePiece;

/// <summary>What a piece stands for, by the numbers of SentencePiece's model file.</summary>
internal enum PieceType
{
    /// <summary>Text.</summary>
    Normal = 1,

    /// <summary>What has no piece.</summary>
    Unknown = 2,

    /// <summary>Markup: never found in text.</summary>
    Control = 3,

    /// <summary>Text that is always a piece of its own.</summary>
    UserDefined = 4,

    /// <summary>Text that is merged on the way but never left standing.</summary>
    Unused = 5,

    /// <summary>One byte.</summary>
    Byte = 6,
}

/// <summary>One entry of the vocabulary; its id is its place.</summary>
internal sealed record Piece(string Text, float Score, PieceType Type);

/// <summary>A SentencePiece <c>tokenizer.model</c>, as far as BPE needs it.</summary>
internal sealed record SentencePieceModel
{
    private const long MostCuts = 1L << 30;

    public required IReadOnlyList<Piece> Pieces { get; init; }

    public bool ByteFallback { get; private init; }

    public bool AddDummyPrefix { get; private init; } = true;

    public bool RemoveExtraWhitespaces { get; private init; } = true;

    public string UnknownSurface { get; private init; } = " \u2047 ";

    /// <summary>Reads a file; what it uses beyond BPE over text taken as it is, is refused by name.</summary>
    public static SentencePieceModel Read(string file)
    {
        try
        {
            return Parse(InputFile.ReadBytes(file, "a SentencePiece model"), file);
        }
        catch (InvalidDataException error)
        {
            throw new ConcordException(
                $"{file} is not a SentencePiece model: {error.Message}. Fetch the tokenizer's files again.",
                error
            );
        }
    }

    private static SentencePieceModel Parse(byte[] bytes, string file)
    {
        var pieces = new List<Piece>();
        var model = new SentencePieceModel { Pieces = pieces };
        var kind = 1;
        var reader = new ProtobufReader(bytes);
        while (reader.Read())
        {
            if (reader.Field == 1)
                pieces.Add(ParsePiece(reader.Content));
            else if (reader.Field == 2)
                (model, kind) = ParseTrainer(model, reader.Content, file);
            else if (reader.Field == 3)
                model = ParseNormalizer(model, reader.Content, file);
        }
        if (pieces.Count == 0)
            throw new InvalidDataException("it has no pieces");
        if (pieces.FindIndex(piece => piece.Text.Length == 0) is >= 0 and var empty)
            throw new InvalidDataException($"piece {empty} is empty");
        // What is a merge is found by cutting each piece in two at every place.
        if (pieces.Sum(piece => (long)piece.Text.Length * piece.Text.Length) > MostCuts)
            throw new InvalidDataException("its pieces are longer than those of any vocabulary");
        if (kind != 2)
            throw Refuse(
                file,
                $"the model type "
                    + $"'{(kind is >= 1 and <= 4 ? new[] { "UNIGRAM", "BPE", "WORD", "CHAR" }[kind - 1] : kind)}'"
            );
        if (pieces.Any(piece => piece.Type == PieceType.Unused))
            throw Refuse(file, "pieces of type UNUSED");
        return model;
    }

    private static ConcordException Refuse(string file, string what) =>
        new(
            $"{file}: {what} is not known; Concord reads SentencePiece models of type BPE whose normalization is "
                + $"'identity'. Use the folder's tokenizer.json."
        );

    private static Piece ParsePiece(ReadOnlySpan<byte> message)
    {
        var piece = new Piece("", 0, PieceType.Normal);
        var reader = new ProtobufReader(message);
        while (reader.Read())
            piece = reader.Field switch
            {
                1 => piece with { Text = Encoding.UTF8.GetString(reader.Content) },
                2 => piece with { Score = reader.Single },
                3 => piece with
                {
                    Type = reader.Number is >= 1 and <= 6
                        ? (PieceType)reader.Number
                        : throw new InvalidDataException($"a piece has the type {reader.Number}"),
                },
                _ => piece,
            };
        return piece;
    }

    private static (SentencePieceModel Model, int Kind) ParseTrainer(
        SentencePieceModel model,
        ReadOnlySpan<byte> message,
        string file
    )
    {
        var kind = 1;
        var reader = new ProtobufReader(message);
        while (reader.Read())
            switch (reader.Field)
            {
                case 3:
                    kind = (int)reader.Number;
                    break;
                case 35:
                    model = model with { ByteFallback = reader.Number != 0 };
                    break;
                case 44:
                    model = model with { UnknownSurface = Encoding.UTF8.GetString(reader.Content) };
                    break;
                case 24 when reader.Number != 0:
                    throw Refuse(file, "the flag 'treat_whitespace_as_suffix'");
            }
        return (model, kind);
    }

    private static SentencePieceModel ParseNormalizer(SentencePieceModel model, ReadOnlySpan<byte> message, string file)
    {
        var (name, hasMap) = ("", false);
        var reader = new ProtobufReader(message);
        while (reader.Read())
            switch (reader.Field)
            {
                case 1:
                    name = Encoding.UTF8.GetString(reader.Content);
                    break;
                case 2:
                    hasMap = reader.Content.Length > 0;
                    break;
                case 3:
                    model = model with { AddDummyPrefix = reader.Number != 0 };
                    break;
                case 4:
                    model = model with { RemoveExtraWhitespaces = reader.Number != 0 };
                    break;
                case 5 when reader.Number == 0:
                    throw Refuse(file, "the flag 'escape_whitespaces' false");
            }
        return hasMap ? throw Refuse(file, $"the normalization '{name}'") : model;
    }
}
