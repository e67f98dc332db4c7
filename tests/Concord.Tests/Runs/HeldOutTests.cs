using Concord.Bench.HeldOut;
using Concord.Records;
using Xunit;

namespace Concord.Tests.Runs;

/// <summary>
/// What a run reports is right on average, since nothing was chosen by it; in short. `Concord.Bench heldout` is the
/// long form.
/// </summary>
public class HeldOutTests
{
    private static readonly HeldOutSettings Short = new()
    {
        Populations = 4,
        Sizes = [50],
        Draws = 12,
        Truth = 2000,
        Steps = 48,
    };

    [Fact]
    public void Held_out_numbers_are_right_on_average_and_their_intervals_hold()
    {
        HeldOutBias[] models = [.. Enumerable.Range(0, Short.Populations).Select(Model)];
        // three standard errors of what four models say of 600 comparisons a source, beside the truth from 2,000
        foreach (var (i, number) in HeldOutNumber.All.Index().Take(3))
        {
            var missed = models.Average(model => model.HeldOut[i]);
            Assert.True(Math.Abs(missed) <= (number.Name == "Brier" ? .01 : .02), $"{number.Name}: {missed}");
        }
        Assert.All(
            HeldOutNumber.All.Index(),
            number => Assert.InRange(models.Average(m => m.Holds[number.Index]), .88, 1)
        );
    }

    private static HeldOutBias Model(int population)
    {
        var folder = Directory.CreateTempSubdirectory("concord-held-out-").FullName;
        try
        {
            var run = Path.Combine(folder, "run");
            var model = FixedModel.Train(Short, population, Short.Sizes[0], run);
            // what is reported is the saved model's, of a side that chose nothing
            Assert.NotNull(RunContents.Open(run).Evaluation().Sides!.Validation);
            Assert.Equal(model.Again.Count, model.Reported.Count);
            foreach (var (reported, again) in model.Reported.Zip(model.Again))
            {
                Assert.Equal(again.Line, reported.Line);
                Assert.Equal(again.Rewards[0], reported.Rewards[0], 1e-5);
                Assert.Equal(again.Rewards[1], reported.Rewards[1], 1e-5);
                Assert.Equal(again.Temperature!.Value, reported.Temperature!.Value, 1e-9);
            }
            return HeldOutBias.Of(model);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
