using System.Globalization;
using Concord.Modeling.Rewards;
using Concord.Training.Batches;
using Concord.Training.Heads;
using TorchSharp;

namespace Concord.Training.Loop;

/// <summary>
/// Sets the head of a model to the minimum of the ridge-regularised ranking loss of its training comparisons, the
/// backbone being as it is. Source temperatures are 1 there.
/// </summary>
/// <param name="model">The model, with its trained part chosen.</param>
/// <param name="data">Whose comparisons they are.</param>
/// <param name="settings">The loss, and the ridge where it is given.</param>
/// <param name="observer">Is told what was found.</param>
internal sealed class ExactHead(
    RewardModel model,
    TrainingData data,
    TrainingSettings settings,
    ITrainingObserver observer
)
{
    /// <summary>Where hidden states below the trained layers are kept, or null.</summary>
    public FrozenStateCache? Cache { get; init; }

    /// <summary>Where what the head reads is kept until it is found, or null.</summary>
    public KeptStates? Kept { get; init; }

    /// <summary>Solves, and sets the head.</summary>
    /// <param name="plan">Which comparisons are trained on, and how many of each source a batch has.</param>
    /// <param name="cancellation">Looked at between batches and steps; the head is then as before.</param>
    /// <returns>ρ.</returns>
    /// <exception cref="ConcordException">All comparisons are about one prompt and no ridge is given, or the ridge is
    /// too small for double precision.</exception>
    public double Set(BatchPlan plan, CancellationToken cancellation)
    {
        var comparisons = plan.Drawn();
        var hidden = HiddenStates.Of(model, comparisons, Cache, Kept, observer.Preparing, cancellation);
        var all = new HeadData(
            [.. comparisons.Select(one => one.Scores)],
            [.. comparisons.Select(data.SourceOf)],
            [.. comparisons.Select(one => one.Comparison.Margin)],
            [.. comparisons.Select(one => one.Comparison.PromptId)],
            hidden,
            data.Sources.Count
        );
        var perBatch = plan.PerBatch(data.Sources.Count);
        (double Ridge, double Nll, int Tried)? choice = settings.HeadRidge is null
            ? RidgeChoice.Of(all, Problem, cancellation)
            : null;
        var problem = Problem(all);
        var solution = NewtonHead.Solve(problem, settings.HeadRidge ?? choice!.Value.Ridge, null, cancellation);
        if (!solution.IsSolved)
            throw new ConcordException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The exact head was not found: after {solution.Iterations} Newton steps the gradient is still "
                        + $"{solution.GradientNorm:0.0e0} of its beginning. Raise `training.head_ridge`, which is "
                        + $"{solution.Ridge}."
                )
            );
        Write(problem.Features.Lift(solution.Head));
        observer.Noted(Describe(solution, choice));
        return solution.Ridge;

        HeadProblem Problem(HeadData some)
        {
            var pairs = some.Pairs(settings.Loss);
            return new(
                HeadFeatures.Of(pairs, some.Hidden).Narrowed(),
                SourceCoefficients.Of(pairs, settings.Weighting, perBatch)
            );
        }
    }

    private void Write(double[] head)
    {
        using var mode = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        float[] narrow = [.. head.Select(value => (float)value)];
        model.Head.Value.copy_(torch.tensor(narrow, 1, narrow.Length));
        model.Head.MarkChanged();
    }

    private static string Describe(HeadSolution solution, (double Ridge, double Nll, int Tried)? choice)
    {
        var chosen = choice is var (_, nll, tried)
            ? string.Create(CultureInfo.InvariantCulture, $", of {tried} by cross-validation (NLL {nll:0.000})")
            : "";
        var separated = solution.Separates
            ? "; every training pair is in its order, so the ridge alone keeps the head finite"
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"exact head: ridge {solution.Ridge:g3}{chosen}, training loss {solution.Loss:0.000}{separated}"
        );
    }
}
