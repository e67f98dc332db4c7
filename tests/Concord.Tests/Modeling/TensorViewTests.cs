using Concord.Kernels;
using Concord.Modeling;
using TorchSharp;
using Xunit;

namespace Concord.Tests.Modeling;

/// <summary>Tensors as kernels see them.</summary>
public class TensorViewTests
{
    [Fact]
    public unsafe void A_matrix_of_more_than_two_gigabytes_is_seen_whole()
    {
        using var scope = torch.NewDisposeScope();
        // never written, so it takes no memory
        var large = torch.empty(3000, 262_144);
        var view = MatrixView.Of(large);
        Assert.Equal(3000, view.Rows);
        Assert.Equal(262_144, view.Columns);
        *view.Row(2999) = 5;
        Assert.Equal(5, large[2999, 0].item<float>());
    }
}
