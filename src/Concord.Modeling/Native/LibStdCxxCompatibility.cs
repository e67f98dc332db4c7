using System.Buffers.Binary;
using System.Text;

namespace Concord.Modeling.Native;

/// <summary>
/// Edits the bytes of an ELF64 library linked with GCC 13 so that an older libstdc++ (3.4.30, GCC 12) can load it.
/// </summary>
/// <remarks>
/// GCC 13 moved the initialiser of the standard streams into the library, under one new versioned symbol. Older
/// compilers called <c>std::ios_base::Init::Init()</c> at the same place, which ignores its argument: the symbol is
/// renamed to that, given that one's version, and the unsatisfiable version requirement becomes a second copy of the
/// one before it.
/// </remarks>
internal static class LibStdCxxCompatibility
{
    private const string MissingSymbol = "_ZSt21ios_base_library_initv";
    private const string MissingVersion = "GLIBCXX_3.4.32";
    private const string ReplacementSymbol = "_ZNSt8ios_base4InitC1Ev";
    private const string ReplacementVersion = "GLIBCXX_3.4";
    private const string AcceptedVersion = "GLIBCXX_3.4.30";
    private const uint DynamicSymbols = 11,
        SymbolVersions = 0x6fffffff,
        NeededVersions = 0x6ffffffe;

    private readonly record struct Section(uint Type, int Offset, int Size, int Link);

    private readonly record struct NeededVersion(int Position, uint Hash, ushort Index, uint Name);

    /// <summary>
    /// Returns the edited image; an image that does not ask for the missing version comes back unchanged.
    /// </summary>
    /// <exception cref="InvalidDataException">The image is not an ELF64 file with the sections this edit
    /// needs.</exception>
    public static byte[] Edit(byte[] image)
    {
        if (image.Length < 64 || !image.AsSpan(0, 4).SequenceEqual("\u007fELF"u8) || image[4] != 2)
            throw new InvalidDataException(
                "libLibTorchSharp.so is not a 64-bit ELF file; reinstall the TorchSharp package."
            );
        var bytes = (byte[])image.Clone();
        var sections = ReadSections(bytes);
        var symbols = Single(sections, DynamicSymbols);
        var names = sections[symbols.Link];
        var needed = ReadNeededVersions(bytes, Single(sections, NeededVersions), names);
        if (!needed.TryGetValue(MissingVersion, out var missing))
            return bytes;
        if (
            !needed.TryGetValue(ReplacementVersion, out var replacement)
            || !needed.TryGetValue(AcceptedVersion, out var accepted)
        )
            throw new InvalidDataException(
                $"libLibTorchSharp.so asks for {MissingVersion} in a form this adaptation does not know; use a "
                    + $"system with GCC 13's libstdc++."
            );
        RenameSymbol(bytes, symbols, names, Single(sections, SymbolVersions), replacement.Index);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(missing.Position), accepted.Hash);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(missing.Position + 8), accepted.Name);
        return bytes;
    }

    private static Section[] ReadSections(byte[] bytes)
    {
        var table = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(0x28));
        int entrySize = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(0x3A)),
            count = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(0x3C));
        var sections = new Section[count];
        for (var i = 0; i < count; i++)
        {
            var entry = bytes.AsSpan(table + i * entrySize, entrySize);
            sections[i] = new Section(
                BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
                (int)BinaryPrimitives.ReadUInt64LittleEndian(entry[24..]),
                (int)BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]),
                (int)BinaryPrimitives.ReadUInt32LittleEndian(entry[40..])
            );
        }
        return sections;
    }

    private static Section Single(Section[] sections, uint type)
    {
        var found = Array.FindIndex(sections, section => section.Type == type);
        return found >= 0
            ? sections[found]
            : throw new InvalidDataException(
                $"libLibTorchSharp.so has no ELF section of type 0x{type:x}; reinstall the TorchSharp package."
            );
    }

    private static Dictionary<string, NeededVersion> ReadNeededVersions(byte[] bytes, Section section, Section names)
    {
        var versions = new Dictionary<string, NeededVersion>(StringComparer.Ordinal);
        for (var position = section.Offset; ; )
        {
            var file = bytes.AsSpan(position);
            int count = BinaryPrimitives.ReadUInt16LittleEndian(file[2..]);
            var auxiliary = position + (int)BinaryPrimitives.ReadUInt32LittleEndian(file[8..]);
            for (var i = 0; i < count; i++)
            {
                var entry = bytes.AsSpan(auxiliary);
                var name = BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]);
                versions[Text(bytes, names, name)] = new NeededVersion(
                    auxiliary,
                    BinaryPrimitives.ReadUInt32LittleEndian(entry),
                    BinaryPrimitives.ReadUInt16LittleEndian(entry[6..]),
                    name
                );
                auxiliary += (int)BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]);
            }
            var next = (int)BinaryPrimitives.ReadUInt32LittleEndian(file[12..]);
            if (next == 0)
                return versions;
            position += next;
        }
    }

    private static void RenameSymbol(byte[] bytes, Section symbols, Section names, Section versions, ushort version)
    {
        for (var i = 0; i < symbols.Size / 24; i++)
        {
            var name = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(symbols.Offset + 24 * i));
            if (Text(bytes, names, name) != MissingSymbol)
                continue;
            var target = bytes.AsSpan(names.Offset + (int)name, MissingSymbol.Length);
            target.Clear();
            Encoding.ASCII.GetBytes(ReplacementSymbol, target);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(versions.Offset + 2 * i), version);
        }
    }

    private static string Text(byte[] bytes, Section names, uint offset)
    {
        var start = bytes.AsSpan(names.Offset + (int)offset);
        return Encoding.ASCII.GetString(start[..start.IndexOf((byte)0)]);
    }
}
