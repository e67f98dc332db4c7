using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Concord.Modeling.Packing;
using Concord.Preferences;
using TorchSharp;

namespace Concord.Modeling.Rewards;

/// <summary>
/// Hidden states below the lowest trained layer, kept on disk: computed once for all epochs, and for all runs over the same texts with the same frozen layers (schemes, seeds, numbers of sources).
/// </summary>
/// <remarks>
/// A file per frozen part, named by a hash of its weights; a record per comparison, found by a hash of its ids. Records are appended; a torn last one (a killed run) is cut off when the file is opened.
/// One process writes to a file at a time; a second one computes without it.
/// </remarks>
public sealed class FrozenStateCache : IDisposable
{
    private const int HeaderLength = 24; // 16 bytes of key, rows, columns

    private readonly RewardModel model;
    private readonly FileStream? stream;
    private readonly Dictionary<UInt128, (long Offset, int Rows)> places = [];
    private readonly int width;

    /// <summary>Opens the file of a model's frozen part in a folder; the folder is made where it does not exist.</summary>
    /// <param name="folder">Any folder.</param>
    /// <param name="model">The model, with its trained part chosen.</param>
    /// <exception cref="ConcordException">The folder cannot be written.</exception>
    public FrozenStateCache(string folder, RewardModel model)
    {
        this.model = model;
        width = model.Config.HiddenSize;
        try
        {
            Directory.CreateDirectory(folder);
            stream = OpenAlone(Path.Combine(folder, $"{Fingerprint(model)}.states"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConcordException($"{folder}: the cache of hidden states cannot be written: {error.Message}", error);
        }
        if (stream is not null) stream.SetLength(ReadPlaces(stream));
    }

    /// <summary>Comparisons kept.</summary>
    public int Count => places.Count;

    /// <summary>Hidden states of a batch, as <see cref="RewardModel.FrozenStates"/> gives them: read where they are kept, else computed and kept.</summary>
    public torch.Tensor States(PackedBatch batch)
    {
        if (stream is null) return model.FrozenStates(batch);
        var keys = batch.Comparisons.Select(Key).ToArray();
        Complete(batch, keys);
        var states = torch.empty(keys.Sum(key => (long)places[key].Rows), width);
        var bytes = MemoryMarshal.AsBytes(Floats(states));
        foreach (var key in keys)
        {
            var (offset, rows) = places[key];
            var length = rows * width * sizeof(float);
            for (var read = 0; read < length;) read += RandomAccess.Read(stream.SafeFileHandle, bytes[read..length], offset + read) is > 0 and var count ? count : throw new ConcordException($"{stream.Name} has become shorter; delete it.");
            bytes = bytes[length..];
        }
        return model.Device.type == DeviceType.CPU ? states : Moved(states);
    }

    private torch.Tensor Moved(torch.Tensor states)
    {
        using (states) return states.to(model.Device);
    }

    // computes what is missing, each text once: sources may share their texts
    private void Complete(PackedBatch batch, UInt128[] keys)
    {
        int[] missing = [.. Enumerable.Range(0, keys.Length).Where(i => !places.ContainsKey(keys[i])).DistinctBy(i => keys[i])];
        if (missing.Length == 0) return;
        using var part = PackedBatch.Create([.. missing.Select(i => batch.Comparisons[i])], batch.Device);
        using var states = model.FrozenStates(part);
        Keep(part, [.. missing.Select(i => keys[i])], states);
    }

    private void Keep(PackedBatch batch, UInt128[] keys, torch.Tensor states)
    {
        using var host = states.cpu();
        var bytes = MemoryMarshal.AsBytes(Floats(host));
        Span<byte> header = stackalloc byte[HeaderLength];
        var first = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            var rows = host.shape[0] == batch.TokenCount ? batch.Segments[i].Length : batch.Segments[i].ResponseLengths.Length;
            var part = bytes.Slice(first * width * sizeof(float), rows * width * sizeof(float));
            first += rows;
            BinaryPrimitives.WriteUInt128LittleEndian(header, keys[i]);
            BinaryPrimitives.WriteInt32LittleEndian(header[16..], rows);
            BinaryPrimitives.WriteInt32LittleEndian(header[20..], width);
            stream!.Position = stream.Length;
            stream.Write(header);
            places[keys[i]] = (stream.Position, rows);
            stream.Write(part);
        }
        stream!.Flush();
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
            if (rows < 1 || BinaryPrimitives.ReadInt32LittleEndian(header[20..]) != width || next > file.Length) break;
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
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    private static string Fingerprint(RewardModel model)
    {
        var hash = new XxHash128();
        hash.Append(System.Text.Encoding.UTF8.GetBytes($"{model.Config} {model.FirstTrainedLayer} {(model.FirstTrainedLayer == model.Config.Layers ? PoolingNames.Of(model.Pooling) : "")}"));
        foreach (var parameter in model.FrozenParameters)
        {
            using var host = parameter.Value.detach().cpu().contiguous();
            for (long start = 0, count = host.numel(); start < count; start += 1 << 24)
            {
                using var part = host.view(-1).narrow(0, start, Math.Min(1 << 24, count - start));
                hash.Append(part.bytes);
            }
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static UInt128 Key(TokenizedComparison comparison)
    {
        var hash = new XxHash128();
        Add(hash, comparison.Prefix);
        foreach (var suffix in comparison.Suffixes) Add(hash, suffix);
        return hash.GetCurrentHashAsUInt128();

        static void Add(XxHash128 hash, int[] ids)
        {
            hash.Append(BitConverter.GetBytes(ids.Length));
            hash.Append(MemoryMarshal.AsBytes(ids.AsSpan()));
        }
    }

    private static Span<float> Floats(torch.Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    /// <inheritdoc/>
    public void Dispose() => stream?.Dispose();
}
