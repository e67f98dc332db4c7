using TorchSharp;

namespace Concord.Tests;

/// <summary>
/// Tests of small models take one thread: more gain nothing there, and on a busy machine the library's threads spin for
/// each other a hundred times longer than they compute.
/// </summary>
public abstract class OneThread : IDisposable
{
    private readonly int before;

    protected OneThread()
    {
        before = torch.get_num_threads();
        torch.set_num_threads(1);
    }

    protected static void TakeAllThreads() => torch.set_num_threads(Environment.ProcessorCount);

    public void Dispose()
    {
        torch.set_num_threads(before);
        GC.SuppressFinalize(this);
    }
}
