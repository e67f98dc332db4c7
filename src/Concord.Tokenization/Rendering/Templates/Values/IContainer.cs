namespace Concord.Tokenization.Rendering.Templates.Values;

/// <summary>A value that holds others: how deep and how large it is when written out is known from the start.</summary>
internal interface IContainer
{
    /// <summary>Levels of values within values.</summary>
    int Depth { get; }

    /// <summary>Values and characters in it, all levels together.</summary>
    long Weight { get; }
}
