using TorchSharp;

namespace Concord.Modeling.Operations;

/// <summary>
/// Cosines and sines of rotary position embeddings (Su et al. 2021), half-split: dimension j turns with dimension j +
/// n/2 by position * frequency j.
/// </summary>
internal sealed class RotaryTable : IDisposable
{
    private (torch.Tensor Cosines, torch.Tensor Sines)? tables;

    /// <summary>Makes a table that grows with the positions asked for.</summary>
    /// <param name="frequencies">Radians per position of each of the n/2 pairs.</param>
    public RotaryTable(double[] frequencies) => Frequencies = frequencies;

    /// <summary>Radians per position. // (n/2)</summary>
    public double[] Frequencies { get; }

    /// <summary>n, the number of dimensions of a head that turn; the rest stay as they are.</summary>
    public int Dimensions => 2 * Frequencies.Length;

    /// <summary>Cosines and sines, a row per position, for at least so many positions. // (P, n/2) each, fp32</summary>
    public (torch.Tensor Cosines, torch.Tensor Sines) Tables(int positions, torch.Device device)
    {
        if (tables is { } made && made.Cosines.shape[0] >= positions && made.Cosines.device_type == device.type)
            return made;
        Dispose();
        var rows = Math.Max(512, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)positions));
        var pairs = Frequencies.Length;
        float[] cosines = new float[rows * pairs],
            sines = new float[rows * pairs];
        for (var position = 0; position < rows; position++)
        {
            for (var j = 0; j < pairs; j++)
            {
                var (sine, cosine) = Math.SinCos(position * Frequencies[j]);
                cosines[position * pairs + j] = (float)cosine;
                sines[position * pairs + j] = (float)sine;
            }
        }
        var fresh = (
            torch.tensor(cosines, [rows, pairs], device: device).DetachFromDisposeScope(),
            torch.tensor(sines, [rows, pairs], device: device).DetachFromDisposeScope()
        );
        tables = fresh;
        return fresh;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        tables?.Cosines.Dispose();
        tables?.Sines.Dispose();
        tables = null;
    }
}
