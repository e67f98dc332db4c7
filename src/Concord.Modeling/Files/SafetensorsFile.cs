using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using TorchSharp;
using static TorchSharp.torch;

namespace Concord.Modeling.Files;

/// <summary>
/// One open safetensors file: its table of contents, and tensors read straight from the disk into libtorch's memory.
/// </summary>
/// <remarks>Reading is thread-safe: it uses no position of the file.</remarks>
public sealed class SafetensorsFile : IDisposable
{
    /// <summary>
    /// How many elements are read at once where a conversion follows; bounds the memory beside the result.
    /// </summary>
    internal const long ConversionElements = 4 << 20;

    private readonly SafeFileHandle handle;
    private readonly long dataStart;
    private readonly Dictionary<string, SafetensorsEntry> entries = new(StringComparer.Ordinal);

    private SafetensorsFile(string path, SafeFileHandle handle, long dataStart, SafetensorsHeader header)
    {
        (Path, this.handle, this.dataStart, Header) = (path, handle, dataStart, header);
        foreach (var entry in header.Entries)
            entries.Add(entry.Name, entry);
        Names = [.. entries.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>Where the file lies.</summary>
    public string Path { get; }

    /// <summary>The names of all tensors, in ordinal order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The texts under <c>__metadata__</c> of the header.</summary>
    public IReadOnlyDictionary<string, string> Metadata => Header.Metadata;

    internal SafetensorsHeader Header { get; }

    /// <summary>Opens a file and checks its header against its length.</summary>
    /// <exception cref="ConcordException">The file cannot be read, or its header is not as the format says; the message
    /// names file and tensor.</exception>
    public static SafetensorsFile Open(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            var (header, dataStart) = ReadHeader(handle, path);
            var file = new SafetensorsFile(path, handle, dataStart, header);
            handle = null;
            return file;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ConcordException($"{path} does not exist; a safetensors file was expected there.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConcordException($"{path} cannot be read: {error.Message}", error);
        }
        finally
        {
            handle?.Dispose();
        }
    }

    /// <summary>Whether a tensor of this name is in the file.</summary>
    public bool Contains(string name) => entries.ContainsKey(name);

    /// <summary>The dimensions of a tensor.</summary>
    /// <exception cref="ConcordException">There is no tensor of this name.</exception>
    public IReadOnlyList<long> Shape(string name) => Entry(name).Shape;

    /// <summary>The type a tensor is stored in.</summary>
    /// <exception cref="ConcordException">There is no tensor of this name, or libtorch has no such type (F8, U16, U32,
    /// U64).</exception>
    public ScalarType Dtype(string name) => StoredType(Entry(name));

    /// <summary>
    /// Reads one tensor, converted where its stored type is another: a float of 16 bits widens without loss.
    /// </summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="type">Type of the result; null keeps the stored one.</param>
    /// <returns>A new contiguous tensor on the CPU, owned by the caller.</returns>
    /// <exception cref="ConcordException">There is no such tensor, or its bytes cannot be read.</exception>
    public Tensor Load(string name, ScalarType? type = null)
    {
        var entry = Entry(name);
        var result = empty(entry.Shape, dtype: type ?? StoredType(entry), device: CPU).InLargePages();
        try
        {
            Read(entry, result, ConversionElements);
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Reads one tensor into memory that is there already, such as a view of a flat buffer of parameters; converted as
    /// in <see cref="Load"/>.
    /// </summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="destination">Contiguous, of the tensor's shape, any device.</param>
    /// <exception cref="ConcordException">There is no such tensor, its shape is another, or its bytes cannot be
    /// read.</exception>
    public void LoadInto(string name, Tensor destination)
    {
        var entry = Entry(name);
        if (!destination.shape.AsSpan().SequenceEqual(entry.Shape))
            throw new ConcordException(
                $"{Path}: tensor \"{name}\" has shape [{string.Join(", ", entry.Shape)}]; expected "
                    + $"[{string.Join(", ", destination.shape)}]."
            );
        Read(entry, destination, ConversionElements);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => handle.Dispose();

    internal SafetensorsEntry Entry(string name) =>
        entries.TryGetValue(name, out var entry)
            ? entry
            : throw new ConcordException(
                $"{Path} has no tensor \"{name}\". Take a complete checkpoint of this family."
            );

    internal void Read(SafetensorsEntry entry, Tensor destination, long chunkElements)
    {
        if (entry.Count == 0)
            return;
        var stored = StoredType(entry);
        var direct =
            stored == destination.dtype && destination.device_type == DeviceType.CPU && destination.is_contiguous();
        using var gradients = no_grad();
        using var flat = destination.view(-1);
        // Spans count in 32 bits: a tensor of more than 2 GB is read in parts.
        var step = Math.Min(chunkElements, entry.Count);
        using var buffer = direct ? null : empty(step, dtype: stored, device: CPU);
        for (long start = 0; start < entry.Count; start += step)
        {
            var count = Math.Min(step, entry.Count - start);
            using var part = flat.narrow(0, start, count);
            if (buffer is null)
            {
                Fill(entry, part, start);
                continue;
            }
            using var source = buffer.narrow(0, 0, count);
            Fill(entry, source, start);
            part.copy_(source);
        }
    }

    private void Fill(SafetensorsEntry entry, Tensor part, long firstElement)
    {
        var bytes = part.bytes;
        var offset = dataStart + entry.Begin + firstElement * entry.Type.Size;
        try
        {
            ReadExactly(handle, bytes, offset);
        }
        catch (IOException error)
        {
            throw new ConcordException($"{Path}: tensor \"{entry.Name}\" cannot be read: {error.Message}", error);
        }
    }

    private static void ReadExactly(SafeFileHandle handle, Span<byte> bytes, long offset)
    {
        while (bytes.Length > 0)
        {
            var read = RandomAccess.Read(handle, bytes, offset);
            if (read == 0)
                throw new EndOfStreamException("the file has become shorter since it was opened.");
            bytes = bytes[read..];
            offset += read;
        }
    }

    private static (SafetensorsHeader Header, long DataStart) ReadHeader(SafeFileHandle handle, string path)
    {
        var length = RandomAccess.GetLength(handle);
        Span<byte> prefix = stackalloc byte[8];
        if (length < prefix.Length)
            throw new ConcordException(
                $"{path} has {length} bytes; a safetensors file has at least 8, the length of its header. Copy or "
                    + $"download it again."
            );
        ReadExactly(handle, prefix, 0);
        var size = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (Foreign(handle, length) is { } foreign)
            throw new ConcordException($"{path} is no safetensors file: {foreign}");
        if (size > SafetensorsHeader.LargestSize)
            throw new ConcordException(
                $"{path}: the safetensors header is said to have {size} bytes; at most "
                    + $"{SafetensorsHeader.LargestSize} are allowed. It is another format, or damaged."
            );
        if ((long)size > length - prefix.Length)
            throw new ConcordException(
                $"{path}: the safetensors header is said to have {size} bytes, but the file has only "
                    + $"{length - prefix.Length} after its "
                    + "length. It is cut short: copy or download it again."
            );
        var bytes = new byte[size];
        ReadExactly(handle, bytes, prefix.Length);
        var dataStart = prefix.Length + (long)size;
        return (SafetensorsHeader.Parse(bytes, length - dataStart, path), dataStart);
    }

    // JSON after the length is a header of this format, be it damaged.
    private static string? Foreign(SafeFileHandle handle, long length)
    {
        var start = new byte[Math.Min(ForeignFile.Enough, length)];
        ReadExactly(handle, start, 0);
        return start.Length > sizeof(long) && start[sizeof(long)] == '{' ? null : ForeignFile.Describe(start);
    }

    private ScalarType StoredType(SafetensorsEntry entry) =>
        entry.Type.ScalarType
        ?? throw new ConcordException(
            $"{Path}: tensor \"{entry.Name}\" is stored as {entry.Type.Name}, which cannot be read as weights; "
                + $"expected F32, F16, BF16, F64 or integers."
        );
}
