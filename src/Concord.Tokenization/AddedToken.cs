namespace Concord.Tokenization;

/// <summary>A token that is sought in the text before it is cut into words.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">What is sought.</param>
/// <param name="SingleWord">Only where no word character touches it.</param>
/// <param name="StripsLeft">It takes the white space before it along.</param>
/// <param name="StripsRight">It takes the white space after it along.</param>
/// <param name="Normalized">It is sought, itself normalized, in the normalized text.</param>
/// <param name="Special">It is markup, not text.</param>
internal sealed record AddedToken(
    int Id,
    string Content,
    bool SingleWord,
    bool StripsLeft,
    bool StripsRight,
    bool Normalized,
    bool Special
);
