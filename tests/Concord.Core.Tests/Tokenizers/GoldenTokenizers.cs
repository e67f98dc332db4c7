using System.Collections.Concurrent;
using Concord.Tokenization;

namespace Concord.Tests.Tokenizers;

/// <summary>The golden tokenizers, each read once for all tests.</summary>
internal static class GoldenTokenizers
{
    private static readonly ConcurrentDictionary<string, Lazy<Tokenizer>> Loaded = new();

    public static Tokenizer Get(string family)
    {
        var folder = Shared.Path("golden", "tokenizers", family);
        return Loaded.GetOrAdd(family, _ => new Lazy<Tokenizer>(() => Tokenizer.Load(folder))).Value;
    }
}
