using Concord.Modeling.Rewards;
using Concord.Training.Exchange;

namespace Concord.Training.Loop;

/// <summary>Where a run is kept and who is told of it.</summary>
public sealed record TrainingRunOptions
{
    /// <summary>The run's folder; a run that is in it goes on.</summary>
    public required string Output { get; init; }

    /// <summary>All settings as text, for <c>config.yaml</c>: a folder with another text is another run.</summary>
    public required string Config { get; init; }

    /// <summary>
    /// Whether LoRA adapters are added to the weights when the model is saved, instead of being saved as a folder of
    /// their own.
    /// </summary>
    public bool MergeAdapters { get; init; }

    /// <summary>
    /// Whether the model's folder keeps salted hashes of the prompts that it has seen, so that an evaluation can say
    /// what was trained on.
    /// </summary>
    /// <value>Default true.</value>
    public bool TrainingPrompts { get; init; } = true;

    /// <summary>Writes the model in another way, for one that came from no folder; null for a model folder.</summary>
    internal Action<RewardModel, string, TrainedModelInfo>? WriteModel { get; init; }

    /// <summary>Who is told, or null.</summary>
    public ITrainingObserver? Observer { get; init; }

    /// <summary>Other processes of the run, or null.</summary>
    public IGradientExchange? Exchange { get; init; }

    /// <summary>
    /// Fingerprint of the files that the data come from: by it a run that has ended is told from one over files that
    /// have changed since, without reading data or model. Null where they come from none.
    /// </summary>
    public string? Files { get; init; }

    /// <summary>
    /// A folder where hidden states below the lowest trained layer are kept, for all epochs and for other runs over the
    /// same texts; null to compute them every time.
    /// </summary>
    public string? FrozenStates { get; init; }
}
