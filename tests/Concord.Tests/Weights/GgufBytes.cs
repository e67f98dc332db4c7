using System.Text;

namespace Concord.Tests.Weights;

/// <summary>Writes GGUF files for tests, right or wrong ones.</summary>
internal sealed class GgufBytes
{
    private readonly List<byte> keys = [],
        tensors = [],
        data = [];
    private ulong keyCount,
        tensorCount;

    public uint Version { get; init; } = 3;

    public ulong? StatedTensors { get; init; }

    public ulong? StatedKeys { get; init; }

    public int Alignment { get; init; } = 32;

    public static byte[] Text(string text) =>
        [.. BitConverter.GetBytes((ulong)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    public GgufBytes Key(string name, uint type, params byte[] value)
    {
        keys.AddRange([.. Text(name), .. BitConverter.GetBytes(type), .. value]);
        keyCount++;
        return this;
    }

    public GgufBytes Key(string name, string value) => Key(name, 8, Text(value));

    public GgufBytes Key(string name, uint value) => Key(name, 4, BitConverter.GetBytes(value));

    public GgufBytes Key(string name, float value) => Key(name, 6, BitConverter.GetBytes(value));

    /// <summary>Dimensions as GGUF lists them: columns first.</summary>
    public GgufBytes Tensor(string name, uint type, ulong[] dimensions, byte[] bytes, ulong? offset = null)
    {
        while (data.Count % Alignment != 0)
            data.Add(0);
        tensors.AddRange([
            .. Text(name),
            .. BitConverter.GetBytes((uint)dimensions.Length),
            .. dimensions.SelectMany(BitConverter.GetBytes),
            .. BitConverter.GetBytes(type),
            .. BitConverter.GetBytes(offset ?? (ulong)data.Count),
        ]);
        data.AddRange(bytes);
        tensorCount++;
        return this;
    }

    public GgufBytes Floats(string name, ulong[] dimensions, IEnumerable<float> values) =>
        Tensor(name, 0, dimensions, [.. values.SelectMany(BitConverter.GetBytes)]);

    public byte[] ToArray()
    {
        List<byte> file = [];
        file.AddRange([
            .. "GGUF"u8,
            .. BitConverter.GetBytes(Version),
            .. BitConverter.GetBytes(StatedTensors ?? tensorCount),
            .. BitConverter.GetBytes(StatedKeys ?? keyCount),
        ]);
        file.AddRange(keys);
        file.AddRange(tensors);
        while (file.Count % Alignment != 0)
            file.Add(0);
        file.AddRange(data);
        return [.. file];
    }
}
