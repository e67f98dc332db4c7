using Concord.Foundation;
using Concord.Preferences;
using Concord.Preferences.Sampling;
using Concord.Preferences.Simulation;

namespace Concord;

/// <summary>Comparisons by what they are for; no prompt lies on two sides.</summary>
public sealed class PreferenceSplit
{
    private readonly Func<PreferenceSplit>? withoutValidation;

    internal PreferenceSplit(
        IReadOnlyList<Comparison> training,
        IReadOnlyList<Comparison> validation,
        IReadOnlyList<Comparison> heldOut,
        DataAccount account,
        Func<PreferenceSplit>? withoutValidation = null
    )
    {
        Training = training;
        Validation = validation;
        HeldOut = heldOut;
        Account = account;
        this.withoutValidation = withoutValidation;
    }

    /// <summary>Learned from; each has a strict pair.</summary>
    public IReadOnlyList<Comparison> Training { get; }

    /// <summary>
    /// Looked at during training: the step that is kept, the early stop, temperatures. A run takes them of what its
    /// truncation leaves, and where its settings choose nothing it trains on them instead.
    /// </summary>
    public IReadOnlyList<Comparison> Validation { get; }

    /// <summary>Reported on, and neither learned from nor chosen by.</summary>
    public IReadOnlyList<Comparison> HeldOut { get; }

    /// <summary>What there is to say of them: counts by source, what could not be read, what was left out.</summary>
    public DataAccount Account { get; }

    /// <summary>How they were split, and how a run takes its validation side.</summary>
    internal PromptSplit How { get; init; } = new();

    /// <summary>The population they were drawn of; null where they were read or given.</summary>
    internal SimulationSettings? Population { get; init; }

    /// <summary>
    /// Draws a simulated population, whose truth is known, with its own held-out side; a run that chooses takes its
    /// validation side of the training comparisons, as the default of <see cref="PromptSplit"/> says.
    /// </summary>
    /// <param name="settings">The population.</param>
    /// <exception cref="ConcordException">A setting lies outside its range.</exception>
    public static PreferenceSplit Simulate(SimulationSettings settings)
    {
        var population = SimulatedPopulation.Create(settings);
        Comparison[] training =
        [
            .. population.SourceNames.SelectMany(population.Training).Select(one => one.Comparison),
        ];
        Comparison[] heldOut = [.. population.SourceNames.SelectMany(population.HeldOut).Select(one => one.Comparison)];
        return new PreferenceSplit(training, [], heldOut, DataAccount.Of(population.SourceNames, training, [], heldOut))
        {
            Population = settings,
        };
    }

    /// <summary>The same prompts held out, and those of the validation side to be trained on: what a run takes its own
    /// side from.</summary>
    internal PreferenceSplit WithoutValidation() => withoutValidation?.Invoke() ?? this;

    /// <summary>The same with more held out, up to the split's limit of each source.</summary>
    internal PreferenceSplit WithHeldOut(PreferenceData more, PromptSplit split)
    {
        var heldOut = split.Limited([.. HeldOut, .. more.Comparisons]);
        var counted = DataAccount.Of(Account.Sources, Training, Validation, heldOut);
        return new PreferenceSplit(
            Training,
            Validation,
            heldOut,
            Account with
            {
                HeldOut = counted.HeldOut,
                Forms = counted.Forms,
            },
            withoutValidation is null ? null : () => withoutValidation().WithHeldOut(more, split)
        )
        {
            How = How,
            Population = Population,
        };
    }

    /// <summary>The comparisons of some sources alone; what could not be read or was left out is said of all
    /// files.</summary>
    /// <param name="sources">Names of sources the data have.</param>
    /// <exception cref="ConcordException">The data have no such source; the message names the nearest.</exception>
    public PreferenceSplit Only(params IReadOnlyList<string> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        foreach (var name in sources.Where(name => !Account.Sources.Contains(name)))
        {
            var meant = NearestName.Find(name, Account.Sources) is { } near ? $" Did you mean '{near}'?" : "";
            throw new ConcordException(
                $"`only` names the source '{name}', which the data do not have; they have "
                    + $"{string.Join(", ", Account.Sources)}.{meant}"
            );
        }
        Comparison[] Wanted(IReadOnlyList<Comparison> side) =>
            [.. side.Where(comparison => sources.Contains(comparison.Source))];
        return new PreferenceSplit(
            Wanted(Training),
            Wanted(Validation),
            Wanted(HeldOut),
            Account.Only(sources),
            withoutValidation is null ? null : () => withoutValidation().Only(sources)
        )
        {
            How = How,
            Population = Population,
        };
    }
}
