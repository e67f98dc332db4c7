using Concord.Training.State;

namespace Concord.Training.Temperatures;

/// <summary>
/// A temperature per source (crowd Bradley-Terry): source i's labels are taken to follow sigmoid(τ_i (r_w - r_l)), so a
/// noisy source has a small τ and no longer flattens the reward all share. τ scales only what a loss sees, never a
/// reward.
/// </summary>
/// <remarks>
/// log τ descends by its own step size on each source's mean loss plus a Gaussian prior, which counts as much as one
/// comparison of the source does for each of its comparisons: what is found does not depend on the size of a batch. The
/// mean of log τ is held at 0, since the scale of the rewards says the same. It must be learned from pairs
/// the model has not fitted yet: a batch's loss before its update in the first epoch, held-out pairs after it.
/// Otherwise τ of a source that is learned by heart grows without bound, and that of the hardest falls to nothing.
/// </remarks>
public sealed class SourceTemperatures : IStateful
{
    private readonly SourceTemperatureSettings settings;
    private readonly double[] logs;
    private readonly double[] values;

    /// <summary>All temperatures at 1.</summary>
    /// <param name="sources">K.</param>
    /// <param name="settings">Step size and prior.</param>
    public SourceTemperatures(int sources, SourceTemperatureSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        this.settings = settings;
        logs = new double[sources];
        values = new double[sources];
        Array.Fill(values, 1);
    }

    /// <summary>τ, (K); all positive, geometric mean 1.</summary>
    public ReadOnlySpan<double> Values => values;

    /// <summary>log τ, (K); mean 0.</summary>
    public ReadOnlySpan<double> Logs => logs;

    /// <inheritdoc/>
    public IReadOnlyList<StateEntry> State => [new StateArray("log_temperatures", logs)];

    /// <summary>One step.</summary>
    /// <param name="looks">What a source learns from in this step, (K).</param>
    public void Step(IReadOnlyList<TemperatureLook> looks)
    {
        ArgumentNullException.ThrowIfNull(looks);
        if (!settings.Enabled || looks.All(look => look.Weight == 0))
            return;
        var variance = settings.PriorDeviation * settings.PriorDeviation;
        for (var i = 0; i < logs.Length; i++)
            if (looks[i] is { Weight: > 0 } look)
                logs[i] -=
                    settings.LearningRate * look.Weight * (look.Gradient + logs[i] / (variance * look.Comparisons));
        var mean = logs.Sum() / logs.Length;
        for (var i = 0; i < logs.Length; i++)
            logs[i] -= mean;
        Restored();
    }

    /// <inheritdoc/>
    public void Restored()
    {
        for (var i = 0; i < logs.Length; i++)
            values[i] = Math.Exp(logs[i]);
    }
}
