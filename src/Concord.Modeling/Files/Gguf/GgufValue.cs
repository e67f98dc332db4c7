namespace Concord.Modeling.Files.Gguf;

/// <summary>A value of GGUF metadata: exactly one of the four is set.</summary>
/// <param name="Integer">An integer or a truth value.</param>
/// <param name="Real">A floating-point number; a 32-bit one as the shortest decimal that stands for it (1e-5, not
/// 9.99999974e-6).</param>
/// <param name="Text">A text.</param>
/// <param name="Length">Number of elements of an array, whose contents are not kept.</param>
internal readonly record struct GgufValue(
    Int128? Integer = null,
    double? Real = null,
    string? Text = null,
    long? Length = null
)
{
    public override string ToString() =>
        Text is not null ? $"\"{(Text.Length <= 80 ? Text : Text[..77] + "...")}\""
        : Length is not null ? $"a list of {Length}"
        : Integer is { } integer ? integer.ToString(System.Globalization.CultureInfo.InvariantCulture)
        : FormattableString.Invariant($"{Real}");
}
