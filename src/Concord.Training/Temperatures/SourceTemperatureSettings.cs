using Concord.Foundation;

namespace Concord.Training.Temperatures;

/// <summary>How source temperatures are learned.</summary>
public sealed record SourceTemperatureSettings
{
    /// <summary>Whether they are learned at all; without, τ = 1 for every source.</summary>
    /// <value>Default false, as the paper; Concord's own recipes turn it on.</value>
    public bool Enabled { get; init; }

    /// <summary>Step size on log τ, constant over the run.</summary>
    /// <value>> 0; default .2.</value>
    [Setting("Step size on log tau.", Above = 0)]
    public double LearningRate { get; init; } = .2;

    /// <summary>Standard deviation of the Gaussian prior on log τ.</summary>
    /// <value>> 0; default .5.</value>
    [Setting("Standard deviation of the Gaussian prior on log tau.", Above = 0)]
    public double PriorDeviation { get; init; } = .5;

    /// <summary>Refuses settings that have no meaning.</summary>
    /// <exception cref="ConcordException">A value is outside its range.</exception>
    public void Validate()
    {
        SettingRule.Check(this, "temperatures.");
    }
}
