using System.Globalization;
using Concord.Foundation;
using Concord.Modeling;
using Concord.Modeling.Rewards;
using TorchSharp;

namespace Concord.Training.Loop;

/// <summary>
/// A number that changes with any weight of a model and with all else its rewards depend on (its configuration,
/// pooling, the scale of its adapters): by it a resumed run sees that it goes on from the model it began with.
/// </summary>
public static class ModelFingerprint
{
    /// <summary>The fingerprint of the model as it is, 32 hexadecimal digits.</summary>
    public static string Of(RewardModel model)
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        var hash = new ContentHash();
        hash.Add(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{model.Config} {PoolingNames.Of(model.Pooling)} {Scales(model)}\n"
            )
        );
        foreach (var parameter in model.Parameters)
        {
            hash.Add(parameter.Name + "\n");
            hash.Add(parameter.Value);
        }
        return hash.ToString();
    }

    private static string Scales(RewardModel model) =>
        string.Join(' ', model.AdapterScales.Select(scale => scale.ToString("r", CultureInfo.InvariantCulture)));
}
