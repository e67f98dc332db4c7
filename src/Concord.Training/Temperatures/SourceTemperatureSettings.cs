using System.Globalization;

namespace Concord.Training.Temperatures;

/// <summary>How source temperatures are learned.</summary>
public sealed record SourceTemperatureSettings
{
    /// <summary>Whether they are learned at all; without, τ = 1 for every source.</summary>
    /// <value>Default false, as the paper; Concord's own recipes turn it on.</value>
    public bool Enabled { get; init; }

    /// <summary>Step size on log τ, constant over the run.</summary>
    /// <value>> 0; default .2.</value>
    public double LearningRate { get; init; } = .2;

    /// <summary>Standard deviation of the Gaussian prior on log τ.</summary>
    /// <value>> 0; default .5.</value>
    public double PriorDeviation { get; init; } = .5;

    /// <summary>Refuses settings that have no meaning.</summary>
    /// <exception cref="ConcordException">A value is outside its range.</exception>
    public void Validate()
    {
        Check(LearningRate, "temperatures.learning_rate");
        Check(PriorDeviation, "temperatures.prior_deviation");
    }

    private static void Check(double value, string name)
    {
        if (!(value > 0 && double.IsFinite(value)))
            throw new ConcordException(
                string.Create(CultureInfo.InvariantCulture, $"The setting {name} is {value}, but must be positive.")
            );
    }
}
