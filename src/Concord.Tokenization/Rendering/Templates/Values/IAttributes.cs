namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>A value with attributes of its own, some of which are counted as they are asked for.</summary>
internal interface IAttributes
{
    /// <summary>An attribute; false where there is none.</summary>
    bool TryGet(string name, out object? value);
}
