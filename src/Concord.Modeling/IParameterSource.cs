namespace Concord.Modeling;

/// <summary>Where the parameters of a model come from: a checkpoint, or a seed.</summary>
internal interface IParameterSource
{
    /// <summary>
    /// Makes one parameter. The order of calls is part of a model's definition: a seeded source draws in it.
    /// </summary>
    Parameter Make(ParameterSpec spec);
}
