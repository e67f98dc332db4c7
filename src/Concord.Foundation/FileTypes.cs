using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Concord.Foundation;

/// <summary>What a path leads to.</summary>
internal enum FileType
{
    /// <summary>A file that holds bytes.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>What only has a name among files: a pipe, a socket, a device.</summary>
    Other,
}

/// <summary>Tells files that hold bytes from what only has a name among them.</summary>
public static partial class FileTypes
{
    // linux/stat.h; the record is the same on every processor
    private const int CurrentFolder = -100, // AT_FDCWD
        Record = 256,
        ModeAt = 28,
        TypeMask = 0xF000,
        RegularMode = 0x8000,
        FolderMode = 0x4000;
    private const uint Type = 1; // STATX_TYPE

    /// <summary>
    /// Whether a path leads to a file that holds bytes, and can be read again and again; false for pipes and devices,
    /// and for what is not there. Nothing is opened: a pipe would wait for its other end.
    /// </summary>
    public static bool IsRegular(string path) => Path.Exists(path) && Of(path) == FileType.Regular;

    /// <summary>What a path leads to.</summary>
    /// <param name="path">Of something that exists.</param>
    internal static FileType Of(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            try
            {
                Span<byte> record = stackalloc byte[Record];
                if (Statx(CurrentFolder, path, 0, Type, record) == 0)
                    return (BinaryPrimitives.ReadUInt16LittleEndian(record[ModeAt..]) & TypeMask) switch
                    {
                        RegularMode => FileType.Regular,
                        FolderMode => FileType.Folder,
                        _ => FileType.Other,
                    };
            }
            catch (EntryPointNotFoundException)
            {
                // an older C library: what .NET itself knows has to do
            }
        }
        var attributes = File.GetAttributes(path);
        return attributes.HasFlag(FileAttributes.Directory) ? FileType.Folder
            : attributes.HasFlag(FileAttributes.Device) ? FileType.Other
            : FileType.Regular;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, Span<byte> record);
}
