using System.Globalization;
using System.Text.Json;
using Concord.Foundation;
using Concord.Modeling.Rewards;
using Concord.Runs.Recipes;
using Concord.Tokenization.Comparisons;

namespace Concord.Runs.Data;

/// <summary>
/// A recipe's data: read and tokenized once, and kept in a <see cref="TokenFile"/> from which the next run over the
/// same files, split, tokenizer and settings starts without reading a text.
/// </summary>
/// <remarks>
/// The file lies in the folder <c>tokens</c> of the recipe's cache, or else of the run's own. A simulated population is
/// drawn anew: that costs less than a file.
/// </remarks>
public sealed class RunData : IDisposable
{
    private readonly Recipe recipe;
    private readonly Action<string> say;
    private readonly UInt128 key;
    private readonly string? place; // null where nothing is kept
    private readonly TokenFile? kept;
    private readonly RunTokens.Facts? facts;
    private PreferenceSplit? comparisons;
    private RunTokens? made;

    private RunData(Recipe recipe, Action<string> say)
    {
        (this.recipe, this.say) = (recipe, say);
        if (recipe.Simulation is null && recipe.Sources.Count > 0 && (recipe.Cache ?? recipe.Output) is { } folder)
        {
            key = RunTokensKey.Of(recipe);
            place = Path.Combine(folder, "tokens", key.ToString("x32", CultureInfo.InvariantCulture) + ".tokens");
            AtomicFile.RemoveLeft(Path.GetDirectoryName(place)!); // what killed runs left half written
            kept = Open(place, key, say);
        }
        if (kept is not null && JsonSerializer.Deserialize<About>(kept.About.Span) is { } about)
            (Account, facts) = (about.Account, about.Tokens);
        else
            Account = (comparisons = RunComparisons.Of(recipe)).Account;
    }

    /// <summary>What is written beside the ids.</summary>
    private sealed record About(DataAccount Account, RunTokens.Facts Tokens);

    /// <summary>What there is to say of the data.</summary>
    public DataAccount Account { get; }

    /// <summary>Whether the ids come from a file.</summary>
    public bool IsKept => kept is not null;

    /// <summary>Finds the data's ids where they are kept, or reads the data.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="say">Told what is wrong with a kept file.</param>
    /// <exception cref="ConcordException">There is no such file, source or comparison; the message says
    /// which.</exception>
    public static RunData Open(Recipe recipe, Action<string> say) => new(recipe, say);

    /// <summary>The ids: those kept, or made now.</summary>
    /// <param name="encoding">Opens how the recipe's model reads; asked for only where texts are read.</param>
    /// <param name="cancellation">Ends tokenizing.</param>
    /// <exception cref="ConcordException">The tokenizer or a setting cannot be used, or a comparison cannot be
    /// encoded.</exception>
    internal RunTokens Tokens(Func<ModelEncoding> encoding, CancellationToken cancellation)
    {
        if (kept is null)
        {
            made = RunTokens.Of(comparisons!, encoding(), cancellation);
            comparisons = null;
            return made;
        }
        kept.Repair = () =>
        {
            say($"{kept.Path} is damaged: the texts are read and tokenized again.");
            var again = RunTokens.Of(RunComparisons.Of(recipe), encoding(), cancellation);
            Keep(again with { About = facts! }); // what decided the rendering then, and not the model's settings since
            return [.. again.Training, .. again.HeldOut];
        };
        return new RunTokens
        {
            Training = kept.Parts[0],
            HeldOut = kept.Parts[1],
            About = facts!,
        };
    }

    /// <summary>
    /// Keeps what was made for the next run; where that is impossible it is said, and this one goes on.
    /// </summary>
    public void Keep()
    {
        if (made is not null)
            Keep(made);
        made = null;
    }

    /// <inheritdoc/>
    public void Dispose() => kept?.Dispose();

    private void Keep(RunTokens tokens)
    {
        if (place is null)
            return;
        try
        {
            TokenFile.Write(
                place,
                key,
                [tokens.Training, tokens.HeldOut],
                JsonSerializer.SerializeToUtf8Bytes(new About(Account, tokens.About))
            );
        }
        catch (ConcordException error)
        {
            say($"The token ids are not kept, the next run makes them again: {error.Message}");
        }
    }

    private static TokenFile? Open(string place, UInt128 key, Action<string> say)
    {
        try
        {
            return TokenFile.Open(place, key);
        }
        catch (InvalidDataException error)
        {
            say($"{place} {error.Message}: the texts are read and tokenized again.");
        }
        catch (ConcordException error)
        {
            say($"{error.Message} The texts are read and tokenized again.");
        }
        return null;
    }
}
