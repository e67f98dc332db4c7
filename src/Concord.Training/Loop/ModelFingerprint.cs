using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Concord.Modeling.Rewards;
using TorchSharp;

namespace Concord.Training.Loop;

/// <summary>
/// A number that changes with any weight of a model and with all else its rewards depend on (its configuration,
/// pooling, the scale of its adapters): by it a resumed run sees that it goes on from the model it began with.
/// </summary>
internal static class ModelFingerprint
{
    private const long Elements = 1 << 24; // a span counts its bytes in 32 bits

    /// <summary>The fingerprint of the model as it is.</summary>
    public static string Of(RewardModel model)
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.no_grad();
        var hash = new XxHash128();
        var reading = string.Create(
            CultureInfo.InvariantCulture,
            $"{model.Config} {PoolingNames.Of(model.Pooling)} {model.AdapterSettings?.Scale:r}\n"
        );
        hash.Append(Encoding.UTF8.GetBytes(reading));
        foreach (var parameter in model.Parameters)
        {
            hash.Append(Encoding.UTF8.GetBytes(parameter.Name + "\n"));
            var flat = parameter.Value.detach().reshape(-1);
            for (var start = 0L; start < flat.NumberOfElements; start += Elements)
            {
                using var part = flat.narrow(0, start, Math.Min(Elements, flat.NumberOfElements - start));
                using var onHost = part.cpu();
                hash.Append(onHost.bytes);
            }
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
