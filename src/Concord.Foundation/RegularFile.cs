using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Concord.Foundation;

/// <summary>Tells files that hold bytes from what only has a name among them: pipes, sockets, devices.</summary>
internal static partial class RegularFile
{
    // linux/stat.h; the record is the same on every processor
    private const int CurrentFolder = -100, // AT_FDCWD
        Record = 256,
        ModeAt = 28,
        TypeMask = 0xF000,
        Regular = 0x8000;
    private const uint Type = 1; // STATX_TYPE

    /// <summary>
    /// Whether what a path leads to is a regular file. Nothing is opened: a pipe would wait for its other end.
    /// </summary>
    /// <param name="path">Of a file that exists.</param>
    public static bool Is(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            try
            {
                Span<byte> record = stackalloc byte[Record];
                if (Statx(CurrentFolder, path, 0, Type, record) == 0)
                    return (BinaryPrimitives.ReadUInt16LittleEndian(record[ModeAt..]) & TypeMask) == Regular;
            }
            catch (EntryPointNotFoundException)
            {
                // an older C library: what .NET itself knows has to do
            }
        }
        return (File.GetAttributes(path) & (FileAttributes.Device | FileAttributes.Directory)) == 0;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, Span<byte> record);
}
