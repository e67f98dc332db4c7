using Concord.Modeling;
using Concord.Modeling.Rewards;
using Concord.Training.Optimizers;
using Concord.Training.Schedules;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Training;

[Collection("training")] // one after the other: the library's threads would fight for the cores
public class OptimizerTests : OneThread
{
    [Fact]
    public void One_pass_and_plain_operations_and_the_library_step_alike()
    {
        using var scope = torch.NewDisposeScope();
        var settings = new OptimizerSettings { WeightDecay = .1 };
        using var fusedModel = TinyModel.Create();
        using var plainModel = TinyModel.Create();
        fusedModel.SetTrained(TrainedParts.Full);
        plainModel.SetTrained(TrainedParts.Full);
        using var fused = new FlatParameters(fusedModel, settings, 1e-2, 3e-2);
        using var plain = new FlatParameters(plainModel, settings, 1e-2, 3e-2);
        using var one = new AdamW(fused, settings);
        using var two = new AdamW(plain, settings, fused: false);
        // the library's AdamW over one matrix that decays, one norm that does not, and the head with its own rate
        var names = new[]
        {
            plainModel.Backbone.LayerParameters(0).First(parameter => parameter.Value.dim() == 2).Name,
            plainModel.Backbone.FinalNorm.Weight.Name,
            "score.weight",
        };
        var copies = names
            .Select(name => new TorchSharp.Modules.Parameter(Part(plain, plain.Weights, name).clone()))
            .ToArray();
        var library = copies
            .Select((copy, i) => torch.optim.AdamW([copy], i == 2 ? 3e-2 : 1e-2, weight_decay: i == 1 ? 0 : .1))
            .ToArray();
        using var generator = new torch.Generator(9);
        for (var step = 0; step < 7; step++)
        {
            var gradients = SameGradients(generator, fused, plain);
            for (var i = 0; i < names.Length; i++)
            {
                copies[i].grad = Part(plain, gradients * .5, names[i]).clone();
                library[i].step();
            }
            one.Step(step + 1, 1, .5);
            two.Step(step + 1, 1, .5);
        }
        Assert.True((fused.Weights - plain.Weights).abs().max().ToDouble() < 2e-6);
        for (var i = 0; i < names.Length; i++)
            Assert.True((Part(plain, plain.Weights, names[i]) - copies[i]).abs().max().ToDouble() < 2e-6, names[i]);
        Assert.Equal(0, fused.Gradients.abs().sum().ToDouble() + plain.Gradients.abs().sum().ToDouble());

        static torch.Tensor Part(FlatParameters parameters, torch.Tensor buffer, string name) =>
            parameters.Parts(buffer).Single(part => part.Name == name).Value.detach();
    }

    [Fact]
    public void Gradient_descent_in_one_pass_is_that_of_plain_operations()
    {
        using var scope = torch.NewDisposeScope();
        var settings = new OptimizerSettings { WeightDecay = .1 };
        using RewardModel fusedModel = TinyModel.Create(),
            plainModel = TinyModel.Create();
        fusedModel.SetTrained(TrainedParts.Full);
        plainModel.SetTrained(TrainedParts.Full);
        using FlatParameters fused = new(fusedModel, settings, 1e-2, 3e-2),
            plain = new(plainModel, settings, 1e-2, 3e-2);
        using var before = fused.Weights.clone();
        using Sgd one = new(fused),
            two = new(plain, fused: false);
        using var generator = new torch.Generator(9);
        for (var step = 0; step < 7; step++)
        {
            SameGradients(generator, fused, plain);
            one.Step(step + 1, .7, .5);
            two.Step(step + 1, .7, .5);
        }
        Assert.True((fused.Weights - plain.Weights).abs().max().ToDouble() < 1e-6);
        Assert.True((fused.Weights - before).abs().max().ToDouble() > 1e-2);
        Assert.Equal(0, fused.Gradients.abs().sum().ToDouble() + plain.Gradients.abs().sum().ToDouble());
    }

    [Fact]
    public void The_model_sees_the_buffers_and_norms_biases_and_embeddings_do_not_decay()
    {
        using var scope = torch.NewDisposeScope();
        using var model = TinyModel.Create();
        var before = TinyModel.Weights(model);
        model.SetTrained(TrainedParts.Full);
        using var parameters = new FlatParameters(model, new OptimizerSettings { WeightDecay = .5 }, .1, .1);
        Assert.Equal(
            before.Keys.Order(),
            TinyModel
                .Weights(model)
                .Where(weights => before[weights.Key].AsSpan().SequenceEqual(weights.Value))
                .Select(weights => weights.Key)
                .Order()
        );
        using var optimizer = new Sgd(parameters);
        optimizer.Step(1, 1, 1); // no gradient: decay alone
        foreach (var parameter in model.Parameters)
        {
            var decays = parameter.Value.dim() == 2 && parameter != model.Backbone.Embedding;
            var factor = decays ? .95f : 1;
            Assert.Equal(
                before[parameter.Name].Select(value => value * factor),
                TinyModel.Weights(model)[parameter.Name],
                (a, b) => Math.Abs(a - b) < 1e-6
            );
        }
        using var norms = parameters.Gradients.fill_(2);
        Assert.Equal(2 * Math.Sqrt(parameters.Gradients.numel()), parameters.GradientNorm(), 1e-3);
        Assert.Null(parameters.NotFinite());
        parameters.Gradients[0].fill_(double.NaN);
        Assert.NotNull(parameters.NotFinite());
    }

    [Fact]
    public void Schedules_warm_up_and_go_down_as_named()
    {
        double[] Factors(ScheduleShape shape, double warmUp, double floor = 0) =>
            [
                .. Enumerable
                    .Range(0, 10)
                    .Select(step =>
                        Math.Round(
                            new LearningRateSchedule
                            {
                                Shape = shape,
                                WarmUp = warmUp,
                                Floor = floor,
                            }.Factor(step, 10),
                            12
                        )
                    ),
            ];
        Assert.Equal([1, .9, .8, .7, .6, .5, .4, .3, .2, .1], Factors(ScheduleShape.Linear, 0));
        Assert.Equal([.5, 1, 1, .875, .75, .625, .5, .375, .25, .125], Factors(ScheduleShape.Linear, .2));
        Assert.Equal([.25, .5, .75, 1, 1, 1, 1, 1, 1, 1], Factors(ScheduleShape.Constant, .4));
        var cosine = Factors(ScheduleShape.Cosine, 0, .2);
        Assert.Equal((1.0, .6), (cosine[0], cosine[5]));
        Assert.Throws<ConcordException>(() => new LearningRateSchedule { WarmUp = 1.5 }.Validate());
        Assert.Throws<ConcordException>(() => new OptimizerSettings { Beta2 = 1 }.Validate());
        Assert.Throws<ConcordException>(() => new OptimizerSettings { ClipNorm = 0 }.Validate());
    }

    private static torch.Tensor SameGradients(torch.Generator generator, params FlatParameters[] parameters)
    {
        var gradients = torch.randn([parameters[0].Gradients.numel()], generator: generator);
        using var mode = torch.no_grad();
        foreach (var one in parameters)
            one.Gradients.copy_(gradients);
        return gradients;
    }
}
