using System.Runtime.CompilerServices;

namespace Concord.Tests;

/// <summary>The tests are a program of their own: it prepares its process before any of them runs.</summary>
internal static class PreparedRuntime
{
    [ModuleInitializer]
    internal static void Prepare() => ConcordRuntime.Prepare();
}
