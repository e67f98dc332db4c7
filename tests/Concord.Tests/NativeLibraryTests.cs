using TorchSharp;
using Xunit;

namespace Concord.Tests;

public class NativeLibraryTests
{
    [Fact]
    public void Tensors_work_on_this_system()
    {
        using var scope = torch.NewDisposeScope();
        Assert.Equal(6.0, torch.ones(2, 3).sum().ToDouble());
    }
}
