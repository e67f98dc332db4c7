using Concord.Foundation;

namespace Concord.Training.Losses;

/// <summary>
/// What the ranking loss of a pair (w, l) is: with the logit x = τ_i (r_w - r_l - margin), (1 - ε) softplus(-x) + ε
/// softplus(x) + c (r_w + r_l)².
/// </summary>
public sealed record RankingLossSettings
{
    /// <summary>How pairs are averaged within a source.</summary>
    /// <value>Default <see cref="PairAveraging.PerPair"/>, as the paper.</value>
    public PairAveraging Averaging { get; init; } = PairAveraging.PerPair;

    /// <summary>How source losses are added up.</summary>
    /// <value>Default <see cref="TotalForm.Mean"/>.</value>
    public TotalForm Total { get; init; } = TotalForm.Mean;

    /// <summary>By how much the better reward must exceed the worse one, in units of the reward.</summary>
    /// <value>≥ 0; default 0.</value>
    [Setting("By how much the better reward must exceed the worse.", Least = 0)]
    public double Margin { get; init; }

    /// <summary>
    /// Whether a comparison that carries a margin of its own is held to it instead of <see cref="Margin"/>.
    /// </summary>
    /// <value>Default true, as TRL does with a margin column.</value>
    public bool UseComparisonMargins { get; init; } = true;

    /// <summary>ε: the share of labels taken to be wrong.</summary>
    /// <value>In [0, .5); default 0.</value>
    [Setting("Share of labels taken to be wrong.", Least = 0, Below = .5)]
    public double LabelSmoothing { get; init; }

    /// <summary>
    /// c: the weight of the squared sum of a pair's rewards, which keeps rewards centred at zero (Eisenstein et al.
    /// 2023; TRL's center_rewards_coefficient).
    /// </summary>
    /// <value>≥ 0; default 0.</value>
    [Setting("Weight of the squared sum of a pair's rewards.", Least = 0)]
    public double Centering { get; init; }

    /// <summary>Refuses settings that have no meaning.</summary>
    /// <exception cref="ConcordException">A value is outside its range.</exception>
    public void Validate()
    {
        SettingRule.Check(this);
    }
}
