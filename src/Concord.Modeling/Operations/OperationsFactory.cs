using TorchSharp;

namespace Concord.Modeling.Operations;

/// <summary>Which operations serve a device.</summary>
internal static class OperationsFactory
{
    /// <summary>Fused kernels on the CPU, the tensor library's own elsewhere.</summary>
    public static IOperations For(torch.Device device) => device.type == DeviceType.CPU ? new FusedOperations() : new AutogradOperations();
}
