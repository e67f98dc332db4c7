namespace Concord.Training.Temperatures;

/// <summary>
/// A temperature per source (crowd Bradley-Terry): source i's labels are taken to follow sigmoid(τ_i (r_w - r_l)), so a
/// noisy source has a small τ and no longer flattens the reward all share. τ scales only what a loss sees, never a
/// reward.
/// </summary>
/// <remarks>
/// log τ descends by its own step size on each source's mean loss plus a Gaussian prior, which is counted once per
/// epoch; the mean of log τ is held at 0, since the scale of the rewards says the same. It must be learned from pairs
/// the model has not fitted yet: a batch's loss before its update in the first epoch, held-out pairs after it.
/// Otherwise τ of a source that is learned by heart grows without bound, and that of the hardest falls to nothing.
/// </remarks>
public sealed class SourceTemperatures
{
    private readonly SourceTemperatureSettings _settings;
    private readonly double[] _logs;
    private readonly double[] _values;

    /// <summary>All temperatures at 1.</summary>
    /// <param name="sources">K.</param>
    /// <param name="settings">Step size and prior.</param>
    public SourceTemperatures(int sources, SourceTemperatureSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        _settings = settings;
        (_logs, _values) = (new double[sources], new double[sources]);
        Array.Fill(_values, 1);
    }

    /// <summary>τ, (K); all positive, geometric mean 1.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>log τ, (K); mean 0. The whole state.</summary>
    public ReadOnlySpan<double> Logs => _logs;

    /// <summary>One step.</summary>
    /// <param name="gradients">d L_i / d log τ_i on pairs not yet fitted, (K).</param>
    /// <param name="present">Which sources have such pairs, (K); the others only feel the prior and the mean.</param>
    /// <param name="stepsPerEpoch">How many steps share the prior.</param>
    public void Step(ReadOnlySpan<double> gradients, ReadOnlySpan<bool> present, int stepsPerEpoch)
    {
        if (!_settings.Enabled)
            return;
        var precision = 1 / (_settings.PriorDeviation * _settings.PriorDeviation * Math.Max(stepsPerEpoch, 1));
        for (var i = 0; i < _logs.Length; i++)
            _logs[i] -= _settings.LearningRate * ((present[i] ? gradients[i] : 0) + precision * _logs[i]);
        var mean = _logs.Sum() / _logs.Length;
        for (var i = 0; i < _logs.Length; i++)
            Set(i, _logs[i] - mean);
    }

    /// <summary>Puts back what <see cref="Logs"/> gave, to the last bit.</summary>
    public void Restore(ReadOnlySpan<double> logs)
    {
        if (logs.Length != _logs.Length)
            throw new ArgumentException($"{_logs.Length} numbers were expected, not {logs.Length}.", nameof(logs));
        for (var i = 0; i < _logs.Length; i++)
            Set(i, logs[i]);
    }

    private void Set(int source, double log) => (_logs[source], _values[source]) = (log, Math.Exp(log));
}
