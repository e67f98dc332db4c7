namespace Concord.Modeling;

/// <summary>How a parameter of a model made from scratch begins.</summary>
internal enum ParameterStart
{
    /// <summary>Normal with mean 0 and the configuration's standard deviation.</summary>
    Normal,

    /// <summary>Ones.</summary>
    Ones,

    /// <summary>Zeros.</summary>
    Zeros,
}
