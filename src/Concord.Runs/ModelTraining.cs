using Concord.Modeling.Rewards;
using Concord.Runs.Data;
using Concord.Training.Batches;
using Concord.Training.Loop;

namespace Concord.Runs;

/// <summary>A model trained on token ids into a run folder: what a recipe and a program have in common.</summary>
/// <param name="model">The model.</param>
/// <param name="tokens">The ids.</param>
/// <param name="account">The sources and their shares.</param>
/// <param name="settings">The settings.</param>
/// <param name="loss">How much of the data may be lost.</param>
internal sealed class ModelTraining(
    RewardModel model,
    RunTokens tokens,
    DataAccount account,
    TrainingSettings settings,
    DataLoss loss
)
{
    private readonly TrainingData data = new(tokens.Training, tokens.HeldOut, account.Sources, tokens.Validation)
    {
        BosTokenId = tokens.About.BosId,
        BosMayRepeat = tokens.About.BosMayRepeat,
        PadTokenId = tokens.About.PadId,
    };

    /// <summary>Whether LoRA adapters are added to the weights that are saved.</summary>
    public bool MergeAdapters { get; init; }

    /// <summary>Whether the model's folder keeps hashes of the prompts it has seen.</summary>
    public bool TrainingPrompts { get; init; } = true;

    /// <summary>Where hidden states below the trained layers are kept, or null.</summary>
    public string? FrozenStates { get; init; }

    /// <summary>Fingerprint of the files that the data come from, or null.</summary>
    public string? Files { get; init; }

    /// <summary>Is told what training does.</summary>
    public ITrainingObserver? Observer { get; init; }

    /// <summary>Called when data and settings have been found to fit, before training begins.</summary>
    public Action? Prepared { get; init; }

    /// <summary>Changes with any id, score, source, margin or order.</summary>
    public string DataFingerprint => data.Fingerprint();

    /// <summary>What a person should know of the ids, in lines: what was lost, and how texts are read.</summary>
    public static IEnumerable<string> Said(RunTokens.Facts about, DataAccount account)
    {
        foreach (var note in about.Notes)
            yield return note;
        if (about.Refused.Count > 0)
            yield return FormattableString.Invariant(
                $"{about.Refused.Count} comparisons were refused by the rendering or the tokenizer and are left out "
            ) + $"(listed in unread.jsonl of the run's folder); the first: {about.Refused[0].Problem}";
        yield return about.Choice.ToString();
        if (MarkupWarning.Of(account.Sources, account.Forms, about.Choice, about.ParsesDialogues) is { } marked)
            yield return marked;
        if (about.Example is { } example)
            yield return $"for instance {example}";
    }

    /// <summary>Trains, or goes on, to the end or until cancelled.</summary>
    /// <param name="output">The run's folder.</param>
    /// <param name="config">All settings as text: a folder with another text is another run.</param>
    /// <param name="say">Told in a line what a person should know.</param>
    /// <param name="cancellation">When cancelled, a checkpoint is written.</param>
    public TrainingResult Run(string output, string config, Action<string> say, CancellationToken cancellation)
    {
        var about = tokens.About;
        loss.Check(account, about.Refused, tokens.Counts());
        foreach (var line in account.Notes.Concat(Said(about, account)))
            say(line);
        // the folder that is saved says how its model was trained, whatever decided it
        model.Settings = model.Settings with
        {
            Rendering = about.Choice.Name,
        };
        var shared = account.Sharing(settings);
        if (shared.Batches is { Composition: BatchComposition.Shuffled, Shares.Count: > 0 })
            say(
                $"the shares of {string.Join(", ", shared.Batches.Shares.Keys)} only set how many comparisons a batch "
                    + $"has: in one shuffled stream every comparison comes up as often as the others"
            );
        if (model.Pooling is Pooling.Mean or Pooling.Max)
        {
            say(
                $"warning: pooling {PoolingNames.Of(model.Pooling)} is Concord's own: transformers will load the "
                    + $"model and score otherwise."
            );
            say("Choose last or eos where that matters.");
        }
        var run = new TrainingRun(
            model,
            data,
            shared with
            {
                Lora = settings.Lora with { Seed = (ulong)settings.Seed },
            },
            new TrainingRunOptions
            {
                Output = output,
                Config = config,
                MergeAdapters = MergeAdapters,
                TrainingPrompts = TrainingPrompts,
                Files = Files,
                Observer = Observer,
                FrozenStates = FrozenStates,
            }
        );
        account.WriteProblems(output, about.Refused.Select(one => one.Problem));
        Prepared?.Invoke();
        return run.Run(cancellation);
    }
}
