using Concord.Kernels;
using TorchSharp;

namespace Concord.Modeling.Rewards;

/// <summary>
/// r = W z: a linear head without bias that gives S rewards of each hidden state; one, or one for each source.
/// </summary>
/// <param name="weight">W. // (S, H), fp32</param>
internal sealed class RewardHead(Parameter weight)
{
    /// <summary>W. // (S, H), fp32</summary>
    public Parameter Weight => weight;

    /// <summary>S.</summary>
    public int Rewards => (int)weight.Value.shape[0];

    /// <summary>Rewards of hidden states, those of a row together. // (R, H) -> R · S values</summary>
    public double[] Project(torch.Tensor hidden) => Project(hidden, weight.Value);

    /// <summary>The same under another head. // (R, H), (S, H) -> R · S values</summary>
    /// <remarks>
    /// Heads and reward differences are in double precision: two close rewards stay apart. Each is summed by itself, in
    /// one order: the tensor library's product of a matrix and a vector gives a row other last bits under other rows.
    /// </remarks>
    public static double[] Project(torch.Tensor hidden, torch.Tensor head)
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        float[] states = hidden.detach().cpu().data<float>().ToArray(),
            weights = head.detach().to_type(torch.ScalarType.Float32).cpu().reshape(-1).data<float>().ToArray();
        int width = (int)hidden.shape[1],
            heads = weights.Length / width;
        var rewards = new double[hidden.shape[0] * heads];
        for (var i = 0; i < rewards.Length; i++)
        {
            ReadOnlySpan<float> state = states.AsSpan(i / heads * width, width),
                weight = weights.AsSpan(i % heads * width, width);
            var sum = 0.0;
            for (var j = 0; j < width; j++)
                sum += (double)state[j] * weight[j];
            rewards[i] = sum;
        }
        return rewards;
    }

    /// <summary>
    /// Adds to the head's gradient where it is trained; gives that of the hidden states, dL/dz = Wᵀ dL/dr. // R · S
    /// values, (R, H) -> (R, H)
    /// </summary>
    public torch.Tensor Backward(torch.Tensor hidden, IReadOnlyList<double> gradients)
    {
        using var mode = torch.no_grad();
        using var byReward = torch.tensor(
            [.. gradients],
            [hidden.shape[0], Rewards],
            dtype: torch.ScalarType.Float64,
            device: hidden.device
        ); // (R, S)
        AddToWeight(byReward, hidden);
        using var narrow = byReward.to_type(torch.ScalarType.Float32);
        return narrow.mm(weight.Value);
    }

    // Σ dL/dr z. On the CPU by our own product: the tensor library's add takes a temporary number that the garbage
    // collector may free while it is read (github.com/dotnet/TorchSharp/pull/1434), and a wrong factor here would go
    // unseen.
    private void AddToWeight(torch.Tensor byReward, torch.Tensor hidden)
    {
        if (weight.Gradient is not { } gradient)
            return;
        using var scope = torch.NewDisposeScope();
        if (hidden.device_type == DeviceType.CPU)
            MatrixProduct.WeightGradient(
                MatrixView.Of(byReward.to_type(torch.ScalarType.Float32)),
                MatrixView.Of(hidden),
                MatrixView.Of(gradient)
            );
        else
            gradient.add_(
                byReward.transpose(0, 1).mm(hidden.to_type(torch.ScalarType.Float64)).to_type(torch.ScalarType.Float32)
            );
    }
}
