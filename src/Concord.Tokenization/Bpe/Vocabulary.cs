namespace Concord.Tokenization.Bpe;

/// <summary>Tokens and their ids.</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> spans;
    private readonly int[] units = new int[0x10000];

    public Vocabulary(Dictionary<string, int> ids)
    {
        this.ids = ids;
        spans = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        Array.Fill(units, -1);
        var largest = -1;
        foreach (var (token, id) in ids)
        {
            largest = Math.Max(largest, id);
            if (token.Length == 1)
                units[token[0]] = id;
        }
        Tokens = new string?[largest + 1];
        foreach (var (token, id) in ids)
            Tokens[id] = token;
    }

    /// <summary>Number of tokens.</summary>
    public int Count => ids.Count;

    /// <summary>Token by id; null where no token has the id.</summary>
    public string?[] Tokens { get; }

    /// <summary>The id of a token, or -1.</summary>
    public int Find(string token) => ids.GetValueOrDefault(token, -1);

    /// <summary>The id of a token, or -1.</summary>
    public int Find(ReadOnlySpan<char> token) =>
        token.Length == 1 ? units[token[0]]
        : spans.TryGetValue(token, out var id) ? id
        : -1;
}
