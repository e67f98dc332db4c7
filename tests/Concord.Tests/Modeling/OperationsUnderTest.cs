using Concord.Kernels;
using Concord.Modeling.Operations;

namespace Concord.Tests.Modeling;

/// <summary>
/// Every way of computing that must give the same numbers, and <c>bf16</c>, which must give its own again.
/// </summary>
internal static class OperationsUnderTest
{
    public static readonly string[] Names = ["autograd", "fused"];

    public static IOperations Make(string name) =>
        name switch
        {
            "fused" => new FusedOperations(),
            "bf16" => new FusedOperations(ProductPrecision.Bf16),
            _ => new AutogradOperations(),
        };
}
