using Concord.Kernels;
using Concord.Modeling.Packing;
using TorchSharp;

namespace Concord.Modeling.Operations;

/// <summary>Rotary embedding in place: nothing asks for the values before it.</summary>
internal static unsafe class FusedRotary
{
    /// <summary>The leading heads, turned. // (T, width) -> (T, width)</summary>
    public static Variable Apply(Tape tape, Variable x, int heads, AttentionShape shape, IndexList positions)
    {
        Turn(MatrixView.Of(x.Value), heads, shape, positions, inverse: false);
        tape.RecordInPlace(x, () => Turn(MatrixView.Of(x.Gradient!), heads, shape, positions, inverse: true));
        return x;
    }

    private static void Turn(MatrixView buffer, int heads, AttentionShape shape, IndexList positions, bool inverse)
    {
        var (cosines, sines) = shape.Rotary.Tables(positions.Largest + 1, torch.CPU);
        fixed (byte* first = positions.Tensor.bytes)
            Rotary.Apply(
                new HeadView(buffer.Data, buffer.Stride, shape.HeadSize),
                buffer.Rows,
                heads,
                (long*)first,
                MatrixView.Of(cosines).Data,
                MatrixView.Of(sines).Data,
                shape.Rotary.Dimensions / 2,
                inverse
            );
    }
}
