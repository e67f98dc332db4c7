using Concord.Modeling;
using Concord.Modeling.Folders;
using Concord.Training.Optimizers;
using static TorchSharp.torch;

namespace Concord.Bench;

/// <summary>
/// A step of AdamW over a whole model: flat buffers in one pass against the tensor library's optimizer, tensor by
/// tensor.
/// </summary>
internal static class OptimizerBenchmark
{
    private const int Needed = 7 * sizeof(float); // weight, gradient and both moments read; weight and moments written
    private const double Rate = 1e-3;

    /// <summary>Runs: <c>optimizer [layers=30] [rounds=7]</c>, in the shape of SmolLM2-135M.</summary>
    public static void Run(string[] arguments)
    {
        var options = BenchOptions.Parse(arguments);
        var rounds = options.Number("rounds", 7);
        using var model = TimedModels.Random(
            ModelPresets.Find("smollm2-135m")! with
            {
                Layers = options.Number("layers", 30),
            }
        );
        model.SetTrained(TrainedParts.Full);
        var settings = new OptimizerSettings { WeightDecay = .01, DecayEmbeddings = true };
        using var flat = new FlatParameters(model, settings, Rate, Rate);
        using AdamW own = new(flat, settings);
        using (no_grad())
            flat.Gradients.normal_();
        var copies = Copies(model);
        var library = optim.AdamW(
            copies.Select(copy => copy.Library).Where(parameter => parameter.dim() > 1),
            Rate,
            .9,
            .999,
            1e-8,
            .01
        );
        var vectors = optim.AdamW(
            copies.Select(copy => copy.Library).Where(parameter => parameter.dim() < 2),
            Rate,
            .9,
            .999,
            1e-8,
            0
        );
        var taken = 0;
        void Library()
        {
            using var scope = NewDisposeScope();
            library.step();
            vectors.step();
            foreach (var (_, parameter) in copies)
                parameter.grad!.zero_();
        }

        own.Step(++taken, 1, 1);
        Library();
        foreach (var (mine, theirs) in copies)
            Agreement.Check(mine.Name, mine.Value, theirs, 1e-6);
        using Tensor from = empty_like(flat.Weights),
            to = empty_like(flat.Weights);
        using (no_grad())
            flat.Gradients.normal_(); // afterwards it is clear: the moments fade, and a step costs the same
        var times = Contest.Medians(
            rounds,
            .2,
            () => own.Step(++taken, 1, 1),
            Library,
            () => flat.GradientNorm(),
            () => to.copy_(from)
        );

        var count = model.TrainedParameters.Sum(parameter => parameter.Value.numel());
        Console.WriteLine($"{Machine.Words}\n");
        Console.WriteLine(
            $"AdamW over {count / 1e6:f1} million parameters in {copies.Length} tensors, gradients cleared with the "
                + $"step (median of {rounds} interleaved rounds). "
                + $"Needed: {Needed} bytes a parameter.\n"
        );
        Markdown.Header("", "ms", "needed GB/s", "times faster than the tensor library's");
        Row("Concord, flat buffers in one pass", times[0], Needed * count, times[1]);
        Row("the tensor library's, tensor by tensor", times[1], Needed * count, times[1]);
        Row("norm of the gradient, for clipping (4 bytes)", times[2], sizeof(float) * count, null);
        Row("copying one buffer, what memory gives (8 bytes)", times[3], 2 * sizeof(float) * count, null);
        Console.WriteLine();
        foreach (var (_, parameter) in copies)
            parameter.Dispose();

        static void Row(string name, double seconds, long bytes, double? other) =>
            Markdown.Row(
                name,
                $"{seconds * 1e3:f1}",
                $"{bytes / seconds / 1e9:f1}",
                other is null ? "" : Ratio.Shown(other.Value / seconds)
            );
    }

    private static (Parameter Own, TorchSharp.Modules.Parameter Library)[] Copies(Modeling.Rewards.RewardModel model)
    {
        using var mode = no_grad();
        return
        [
            .. model.TrainedParameters.Select(parameter =>
            {
                var copy = new TorchSharp.Modules.Parameter(parameter.Value.detach().clone());
                copy.grad = parameter.Gradient!.clone();
                return (parameter, copy);
            }),
        ];
    }
}
