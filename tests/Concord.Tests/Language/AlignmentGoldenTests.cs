using Concord.Modeling;
using Concord.Modeling.Language;
using Concord.Tests.Modeling;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Language;

public class AlignmentGoldenTests
{
    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (var name in AlignmentGolden.Names)
        foreach (var operations in OperationsUnderTest.Names)
            data.Add(name, operations);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Log_probabilities_of_policies_and_references_equal_those_of_transformers(string name, string operations)
    {
        var golden = new AlignmentGolden(name);
        using var batch = LanguageBatch.Create([.. golden.Comparisons.Select(comparison => comparison.All)]);
        using (var policy = golden.Policy(operations))
            Close(golden.Comparisons.SelectMany(one => one.LogProbabilities), policy.LogProbabilities(batch), batch);
        using var reference = golden.Reference(operations);
        Close(
            golden.Comparisons.SelectMany(one => one.ReferenceLogProbabilities),
            reference.LogProbabilities(batch),
            batch
        );
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Loss_and_every_gradient_of_supervised_fine_tuning_equal_those_of_transformers(
        string name,
        string operations
    )
    {
        var golden = new AlignmentGolden(name);
        using var policy = golden.Policy(operations);
        policy.SetTrained(TrainedParts.Full);
        using var batch = LanguageBatch.Create([
            .. golden.Comparisons.Select(one => new PromptResponses(one.Prompt, [one.Responses[one.Best]])),
        ]);
        var values = policy.LogProbabilities(batch, record: true);
        var sft = golden["sft"];
        Assert.Equal(sft.GetProperty("tokens").GetInt32(), values.Length);
        Assert.Equal(sft.GetProperty("token_mean").GetDouble(), -values.Average(), 1e-5);
        Assert.Equal(
            sft.GetProperty("row_mean").GetDouble(),
            -Enumerable.Range(0, batch.RowCount).Average(row => Row(values, batch, row).Average()),
            1e-5
        );
        policy.Backward([.. values.Select(_ => -1.0 / values.Length)]);
        Gradients(policy, name, "sft");
    }

    // responses that do not count lie beside those that do, behind the same prompt
    [Theory]
    [MemberData(nameof(Cases))]
    public void So_they_do_where_other_responses_share_the_prompt(string name, string operations)
    {
        var golden = new AlignmentGolden(name);
        using var policy = golden.Policy(operations);
        policy.SetTrained(TrainedParts.Full);
        policy.ActivationCheckpointing = true;
        using var batch = LanguageBatch.Create([.. golden.Comparisons.Select(comparison => comparison.All)]);
        policy.LogProbabilities(batch, record: true);
        var gradients = new double[batch.TargetCount];
        var row = 0;
        foreach (var comparison in golden.Comparisons)
        {
            Array.Fill(
                gradients,
                -1.0 / golden["sft"].GetProperty("tokens").GetInt32(),
                batch.RowOffsets[row + comparison.Best],
                comparison.Responses[comparison.Best].Length
            );
            row += comparison.Responses.Length;
        }
        policy.Backward(gradients);
        Gradients(policy, name, "sft");
    }

    // DPO (Rafailov et al. 2023, eq. 7): each response's tokens count for and against it, by pairs
    [Theory]
    [MemberData(nameof(Cases))]
    public void Losses_and_gradients_of_direct_preferences_equal_those_of_trl(string name, string operations)
    {
        var golden = new AlignmentGolden(name);
        var beta = golden["settings"].GetProperty("beta").GetDouble();
        using var policy = golden.Policy(operations);
        policy.SetTrained(TrainedParts.Full);
        using var batch = LanguageBatch.Create([.. golden.Comparisons.Select(comparison => comparison.All)]);
        var values = policy.LogProbabilities(batch, record: true);
        var reference = golden.Comparisons.SelectMany(one => one.ReferenceLogProbabilities).ToArray();
        int[] first = [0, .. golden.Comparisons.Select(one => one.Responses.Length)];
        for (var i = 1; i < first.Length; i++)
            first[i] += first[i - 1];
        double Ratio(int row) => Row(values, batch, row).Sum() - reference[row].Sum();
        var byRow = new double[batch.RowCount];
        foreach (var (pair, loss) in golden.Pairs.Zip(golden["losses"].GetProperty("sigmoid").EnumerateArray()))
        {
            int winner = first[pair[0]] + pair[1],
                loser = first[pair[0]] + pair[2];
            var margin = beta * (Ratio(winner) - Ratio(loser));
            Assert.Equal(loss.GetDouble(), Math.Log(1 + Math.Exp(-margin)), 1e-4);
            var slope = beta / (1 + Math.Exp(margin)) / golden.Pairs.Count;
            byRow[winner] -= slope;
            byRow[loser] += slope;
        }
        policy.Backward([
            .. Enumerable
                .Range(0, batch.RowCount)
                .SelectMany(row => Enumerable.Repeat(byRow[row], Row(values, batch, row).Length)),
        ]);
        Gradients(policy, name, "sigmoid");
    }

    private static void Gradients(LanguageModel policy, string name, string loss)
    {
        using var scope = torch.NewDisposeScope();
        using var expected = GoldenTensors.Open("golden", "alignment", name, "gradients.safetensors");
        var seen = new List<string>();
        foreach (var parameter in policy.Parameters)
        {
            foreach (var (stored, gradient) in parameter.Layout.Split(parameter.Gradient!))
            {
                var tensor = stored == "embed_out.weight" ? "lm_head.weight" : stored; // as transformers names it now
                GoldenTensors.CloseGradient(expected.Load($"{loss}.{tensor}"), gradient, $"{name} {loss} {tensor}");
                seen.Add($"{loss}.{tensor}");
            }
        }
        Assert.Equal(
            expected.Names.Where(key => key.StartsWith($"{loss}.", StringComparison.Ordinal)).Order(),
            seen.Order()
        );
    }

    private static void Close(IEnumerable<double[]> expected, double[] actual, LanguageBatch batch)
    {
        foreach (var (row, values) in expected.Index())
        {
            Assert.Equal(values.Length, Row(actual, batch, row).Length);
            Assert.All(values.Zip(Row(actual, batch, row)), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        }
    }

    private static double[] Row(double[] values, LanguageBatch batch, int row) =>
        values[batch.RowOffsets[row]..batch.RowOffsets[row + 1]];
}
