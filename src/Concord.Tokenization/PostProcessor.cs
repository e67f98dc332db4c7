namespace Concord.Tokenization;

/// <summary>The ids put before and after a text when special tokens are asked for.</summary>
/// <param name="Before">Ids before the text.</param>
/// <param name="After">Ids after it.</param>
internal sealed record PostProcessor(IReadOnlyList<int> Before, IReadOnlyList<int> After)
{
    /// <summary>Adds nothing.</summary>
    public static PostProcessor None { get; } = new([], []);

    /// <summary>This one first, then another around it.</summary>
    public PostProcessor Then(PostProcessor outer) => new([.. outer.Before, .. Before], [.. After, .. outer.After]);
}
