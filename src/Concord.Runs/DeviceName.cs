using System.Globalization;
using TorchSharp;

namespace Concord.Runs;

/// <summary>Devices as recipes and options name them: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>.</summary>
public static class DeviceName
{
    /// <summary>The device.</summary>
    /// <exception cref="ConcordException">The name is unknown, this machine has no such device, or libtorch cannot be
    /// loaded.</exception>
    public static torch.Device Parse(string name)
    {
        ConcordRuntime.RequireLibtorch();
        if (name == "cpu")
            return torch.CPU;
        var parts = name.Split(':');
        var index = 0;
        if (
            parts[0] != "cuda"
            || parts.Length > 2
            || (
                parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index)
            )
        )
            throw new ConcordException($"The device '{name}' is unknown; expected cpu, cuda or cuda:N.");
        if (!torch.cuda.is_available())
            throw new ConcordException(
                $"The device '{name}' cannot be used: this build or this machine has no CUDA. Take cpu."
            );
        var count = torch.cuda.device_count();
        if (index >= count)
            throw new ConcordException(
                $"The device '{name}' is not there: this machine has {count}, counted from cuda:0."
            );
        return torch.device(name);
    }
}
