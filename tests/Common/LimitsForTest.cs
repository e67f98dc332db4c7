using Concord.Foundation;

namespace Concord.Tests;

/// <summary>Other limits for one test; those of the process come back after it.</summary>
internal sealed class LimitsForTest : IDisposable
{
    private readonly Limits before = Limits.Current;

    public LimitsForTest(Limits limits) => Limits.Current = limits;

    public void Dispose() => Limits.Current = before;
}
