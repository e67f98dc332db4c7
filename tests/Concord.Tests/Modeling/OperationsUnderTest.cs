using Concord.Modeling.Operations;

namespace Concord.Tests.Modeling;

/// <summary>Every way of computing that must give the same numbers.</summary>
internal static class OperationsUnderTest
{
    public static readonly string[] Names = ["autograd", "fused"];

    public static IOperations Make(string name) => name switch
    {
        "fused" => new FusedOperations(),
        _ => new AutogradOperations(),
    };
}
