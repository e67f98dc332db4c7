using System.Text.Encodings.Web;
using System.Text.Json;
using Concord.Foundation;
using TorchSharp;
using static TorchSharp.torch;

namespace Concord.Modeling.Files;

/// <summary>
/// Writes safetensors files, byte for byte as the reference implementation does: the same tensors give the same bytes.
/// </summary>
public static class SafetensorsWriter
{
    private static readonly Dictionary<string, string> PyTorch = new(StringComparer.Ordinal) { ["format"] = "pt" };

    /// <summary>Writes tensors in their own types.</summary>
    /// <exception cref="ConcordException">The file cannot be written there.</exception>
    public static void Write(
        string path,
        IEnumerable<(string Name, Tensor Value)> tensors,
        IReadOnlyDictionary<string, string>? metadata = null
    ) => Write(path, tensors.Select(tensor => TensorSource.Of(tensor.Name, tensor.Value)), metadata);

    /// <summary>
    /// Writes tensors one by one, beside the place and renamed into it: at most one is in memory that was made for
    /// this.
    /// </summary>
    /// <param name="path">Where to; an existing file is replaced when all is written.</param>
    /// <param name="tensors">In any order: the file is ordered by type and name.</param>
    /// <param name="metadata">Texts for <c>__metadata__</c>; null for <c>format: pt</c>, which transformers asks
    /// for.</param>
    /// <exception cref="ConcordException">The file cannot be written there, or a value does not fit into
    /// float16.</exception>
    /// <exception cref="ArgumentException">Two tensors have one name, or a type is none of the format's.</exception>
    public static void Write(
        string path,
        IEnumerable<TensorSource> tensors,
        IReadOnlyDictionary<string, string>? metadata = null
    )
    {
        var ordered = Order(tensors);
        var header = Header(ordered, metadata ?? PyTorch);
        try
        {
            AtomicFile.Write(
                path,
                stream =>
                {
                    Span<byte> length = stackalloc byte[8];
                    System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
                    stream.Write(length);
                    stream.Write(header);
                    foreach (var source in ordered)
                        source.Use(tensor => WriteValues(stream, tensor, source, path));
                }
            );
        }
        catch (IOException error)
        {
            throw new ConcordException(
                $"{path} cannot be written: {error.Message} Make room or name another place.",
                error
            );
        }
    }

    /// <summary>Bytes a tensor takes in a file.</summary>
    internal static long Bytes(TensorSource source) => checked(source.Count * StoredType(source).Size);

    private static List<TensorSource> Order(IEnumerable<TensorSource> tensors)
    {
        // The widest types first keeps every tensor aligned to its elements.
        var ordered = tensors
            .OrderByDescending(source => StoredType(source).Rank)
            .ThenBy(source => source.Name, StringComparer.Ordinal)
            .ToList();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var source in ordered)
            if (!names.Add(source.Name))
                throw new ArgumentException(
                    $"Two tensors are named {source.Name}; expected each name once.",
                    nameof(tensors)
                );
        return ordered;
    }

    private static SafetensorsType StoredType(TensorSource source) =>
        SafetensorsType.Of(source.Type)
        ?? throw new ArgumentException(
            $"Tensor {source.Name} is {source.Type}, which safetensors has no type for.",
            nameof(source)
        );

    private static byte[] Header(List<TensorSource> ordered, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        using (
            var json = new Utf8JsonWriter(
                buffer,
                new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
            )
        )
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            long begin = 0;
            foreach (var source in ordered)
            {
                json.WriteStartObject(source.Name);
                json.WriteString("dtype", StoredType(source).Name);
                json.WriteStartArray("shape");
                foreach (var dimension in source.Shape)
                    json.WriteNumberValue(dimension);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(begin);
                json.WriteNumberValue(begin += Bytes(source));
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        // Blanks bring the data to a multiple of eight bytes.
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static void WriteValues(Stream stream, Tensor tensor, TensorSource source, string path)
    {
        using var gradients = no_grad();
        using var contiguous = tensor.contiguous();
        using var flat = contiguous.view(-1);
        // In parts: spans count in 32 bits, and a conversion must not double the memory.
        for (long start = 0; start < flat.NumberOfElements; start += SafetensorsFile.ConversionElements)
        {
            using var part = flat.narrow(
                0,
                start,
                Math.Min(SafetensorsFile.ConversionElements, flat.NumberOfElements - start)
            );
            using var converted = part.to(source.Type, CPU);
            if (source.Type == ScalarType.Float16 && tensor.dtype != ScalarType.Float16)
                CheckRange(part, converted, source, path);
            stream.Write(converted.bytes);
        }
    }

    private static void CheckRange(Tensor values, Tensor halves, TensorSource source, string path)
    {
        using var infinite = halves.isinf();
        using var finite = values.isfinite();
        using var onHost = finite.cpu();
        using var lost = infinite.logical_and(onHost);
        using var any = lost.any();
        if (any.ToBoolean())
            throw new ConcordException(
                $"{path}: tensor \"{source.Name}\" has values beyond the range of float16 (65504). Write bf16 or fp32."
            );
    }
}
