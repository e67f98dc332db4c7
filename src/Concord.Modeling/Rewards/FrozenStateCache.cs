using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Concord.Foundation;
using Concord.Kernels.Lanes;
using Concord.Modeling.Packing;
using TorchSharp;

namespace Concord.Modeling.Rewards;

/// <summary>
/// Hidden states below the lowest trained layer, kept on disk: computed once for all epochs, and for all runs over the
/// same texts with the same frozen layers (schemes, seeds, numbers of sources).
/// </summary>
/// <remarks>
/// <para>A file per frozen part, named by a hash of its weights (adapters included), device, precision, width of
/// registers and Concord's own code; a record per comparison, found by a hash of its ids. Records are appended; a torn
/// last one (a killed run) is cut off when the file is opened, and one whose hash is wrong is computed again. One
/// process writes to a file at a time; a second one computes without it, as does one whose disk is full.</para>
/// <para>What is kept is a function of the comparison alone, so that a run ends with the same bits whatever was in the
/// folder: where a token's states depend in their last bits on what else is in the batch
/// (<see cref="RewardModel.IsBatchInvariant"/>), each comparison is computed by itself.</para>
/// </remarks>
public sealed class FrozenStateCache : IDisposable
{
    private const int HeaderLength = 32; // 16 bytes of key, rows, columns, 8 bytes of hash

    private readonly RewardModel model;
    private readonly Action<string>? say;
    private readonly Dictionary<UInt128, (long Offset, int Rows)> places = [];
    private readonly int width;
    private FileStream? stream;
    private bool full;
    private bool saidDamaged;

    /// <summary>
    /// Opens the file of a model's frozen part in a folder; the folder is made where it does not exist. Where that is
    /// impossible nothing is kept.
    /// </summary>
    /// <param name="folder">Any folder.</param>
    /// <param name="model">The model, with its trained part chosen.</param>
    /// <param name="say">Told why nothing is kept, or no longer; may be null.</param>
    public FrozenStateCache(string folder, RewardModel model, Action<string>? say = null)
    {
        (this.model, this.say) = (model, say);
        width = model.Config.HiddenSize;
        try
        {
            Directory.CreateDirectory(folder);
            var path = Path.Combine(folder, $"{Fingerprint(model)}.states");
            stream = OpenAlone(path);
            if (stream is null)
                say?.Invoke($"{path} is in use by another run: hidden states are computed every time.");
            else
                stream.SetLength(ReadPlaces(stream));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Dispose();
            (stream, full) = (null, true);
            places.Clear();
            say?.Invoke($"{folder}: hidden states cannot be kept there and are computed every time: {error.Message}");
        }
    }

    /// <summary>Comparisons kept.</summary>
    public int Count => places.Count;

    /// <summary>
    /// Hidden states of a batch, as <see cref="RewardModel.FrozenStates"/> gives them: read where they are kept, else
    /// computed and kept.
    /// </summary>
    public torch.Tensor States(PackedBatch batch)
    {
        var perToken = model.FirstTrainedLayer < model.Config.Layers;
        var (firsts, rows) = (new int[batch.Comparisons.Count + 1], 0);
        for (var i = 0; i < batch.Comparisons.Count; i++)
            firsts[i + 1] = rows += perToken ? batch.Comparisons[i].PackedLength : batch.Comparisons[i].RowCount;
        var states = torch.empty(rows, width);
        Span<byte> Of(int i) =>
            MemoryMarshal.AsBytes(Floats(states))[
                (firsts[i] * width * sizeof(float))..(firsts[i + 1] * width * sizeof(float))
            ];

        var missing = new List<(UInt128 Key, List<int> Places)>(); // each text once: sources may share their texts
        for (var i = 0; i < batch.Comparisons.Count; i++)
        {
            var key = batch.Comparisons[i].ContentKey;
            if (Read(key, Of(i)))
                continue;
            if (missing.Find(one => one.Key == key) is { Places: { } known })
                known.Add(i);
            else
                missing.Add((key, [i]));
        }
        foreach (var group in missing.Chunk(model.IsBatchInvariant ? int.MaxValue : 1))
        {
            using var part = PackedBatch.Create(
                [.. group.Select(one => batch.Comparisons[one.Places[0]])],
                batch.Device
            );
            using var computed = model.FrozenStates(part);
            using var host = computed.cpu();
            var bytes = MemoryMarshal.AsBytes(Floats(host));
            foreach (var (key, same) in group)
            {
                var length = Of(same[0]).Length;
                foreach (var i in same)
                    bytes[..length].CopyTo(Of(i));
                Keep(key, bytes[..length]);
                bytes = bytes[length..];
            }
        }
        return model.Device.type == DeviceType.CPU ? states : Moved(states);
    }

    private torch.Tensor Moved(torch.Tensor states)
    {
        using (states)
            return states.to(model.Device);
    }

    // false where it is not kept, or damaged
    private bool Read(UInt128 key, Span<byte> bytes)
    {
        if (
            stream is null
            || !places.TryGetValue(key, out var place)
            || place.Rows * width * sizeof(float) != bytes.Length
        )
            return false;
        Span<byte> hash = stackalloc byte[sizeof(ulong)];
        var whole =
            ReadWhole(hash, place.Offset - hash.Length)
            && ReadWhole(bytes, place.Offset)
            && XxHash64.HashToUInt64(bytes) == BinaryPrimitives.ReadUInt64LittleEndian(hash);
        if (!whole && !saidDamaged)
            say?.Invoke($"{stream.Name} is damaged: what cannot be read of it is computed again.");
        saidDamaged |= !whole;
        return whole;
    }

    private bool ReadWhole(Span<byte> bytes, long offset)
    {
        for (var read = 0; read < bytes.Length; )
        {
            var count = RandomAccess.Read(stream!.SafeFileHandle, bytes[read..], offset + read);
            if (count == 0)
                return false;
            read += count;
        }
        return true;
    }

    private void Keep(UInt128 key, ReadOnlySpan<byte> bytes)
    {
        if (stream is null || full)
            return;
        var (end, rows) = (stream.Length, bytes.Length / (width * sizeof(float)));
        Span<byte> header = stackalloc byte[HeaderLength];
        BinaryPrimitives.WriteUInt128LittleEndian(header, key);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], rows);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], width);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], XxHash64.HashToUInt64(bytes));
        try
        {
            RandomAccess.Write(stream.SafeFileHandle, header, end);
            RandomAccess.Write(stream.SafeFileHandle, bytes, end + HeaderLength);
            places[key] = (end + HeaderLength, rows);
        }
        catch (IOException error)
        {
            full = true; // what was kept is read on; a torn record is cut off when the file is opened next
            say?.Invoke(
                $"{stream.Name}: no more hidden states are kept, the rest is computed every time: {error.Message}"
            );
        }
    }

    // fills the index; gives the length of the whole records
    private long ReadPlaces(FileStream file)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        var end = 0L;
        while (RandomAccess.Read(file.SafeFileHandle, header, end) == HeaderLength)
        {
            var rows = BinaryPrimitives.ReadInt32LittleEndian(header[16..]);
            var next = end + HeaderLength + (long)rows * width * sizeof(float);
            if (rows < 1 || BinaryPrimitives.ReadInt32LittleEndian(header[20..]) != width || next > file.Length)
                break;
            places[BinaryPrimitives.ReadUInt128LittleEndian(header)] = (end + HeaderLength, rows);
            end = next;
        }
        return end;
    }

    // somebody else's file is not waited for
    private static FileStream? OpenAlone(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    private static string Fingerprint(RewardModel model)
    {
        var hash = new ContentHash();
        // no version number that somebody forgets to raise
        hash.Add(typeof(FrozenStateCache).Module.ModuleVersionId.ToByteArray());
        var pooling = model.FirstTrainedLayer == model.Config.Layers ? PoolingNames.Of(model.Pooling) : "";
        var computing = $"{model.Device.type} {model.HasBf16Products} {model.IsBatchInvariant} {LaneWidth.Bits}";
        hash.Add(
            FormattableString.Invariant(
                $"{model.Config} {computing} {model.FirstTrainedLayer} {pooling} {model.Adapters?.Settings.Scale:r}"
            )
        );
        foreach (var parameter in model.FrozenParameters)
        {
            hash.Add(
                FormattableString.Invariant($"{parameter.Name} {parameter.Value.dtype} {parameter.Value.numel()}")
            );
            hash.Add(parameter.Value);
        }
        return hash.ToString();
    }

    private static Span<float> Floats(torch.Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    /// <inheritdoc/>
    public void Dispose() => stream?.Dispose();
}
