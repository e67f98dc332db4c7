using TorchSharp;

namespace Concord.Modeling.Operations;

/// <summary>Cosines and sines of rotary position embeddings (Su et al. 2021), half-split: dimension j turns with dimension j + n/2 by position * frequency j.</summary>
internal sealed class RotaryTable : IDisposable
{
    private torch.Tensor? table;

    /// <summary>Makes a table that grows with the positions asked for.</summary>
    /// <param name="frequencies">Radians per position of each of the n/2 pairs.</param>
    public RotaryTable(double[] frequencies) => Frequencies = frequencies;

    /// <summary>Radians per position. // (n/2)</summary>
    public double[] Frequencies { get; }

    /// <summary>n, the number of dimensions of a head that turn; the rest stay as they are.</summary>
    public int Dimensions => 2 * Frequencies.Length;

    /// <summary>n/2 cosines, then n/2 sines, a row per position. // (positions, n), fp32</summary>
    public torch.Tensor Table(int positions, torch.Device device)
    {
        if (table is not null && table.shape[0] >= positions && table.device_type == device.type) return table;
        table?.Dispose();
        var rows = Math.Max(512, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)positions));
        var values = new float[(long)rows * Dimensions];
        for (var position = 0; position < rows; position++)
        {
            for (var j = 0; j < Frequencies.Length; j++)
            {
                var (sine, cosine) = Math.SinCos(position * Frequencies[j]);
                values[position * Dimensions + j] = (float)cosine;
                values[position * Dimensions + Frequencies.Length + j] = (float)sine;
            }
        }
        return table = torch.tensor(values, [rows, Dimensions], device: device).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => table?.Dispose();
}
