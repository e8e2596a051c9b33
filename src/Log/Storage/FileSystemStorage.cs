// The one place of the product that talks to the file system.
#pragma warning disable RS0030

using System.IO.Enumeration;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Compat.Log.Storage;

/// <summary>The operating system's file system.</summary>
public sealed partial class FileSystemStorage : IStorage
{
    // The lengths are wanted for the segments and cost one stat a name.
    private static readonly EnumerationOptions AllEntries = new()
    {
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
        RecurseSubdirectories = false,
    };

    /// <inheritdoc/>
    public IStorageFile Open(string path, StorageOpenMode mode, long preallocationBytes = 0)
    {
        FileMode fileMode = mode switch
        {
            StorageOpenMode.Existing => FileMode.Open,
            StorageOpenMode.OpenOrCreate => FileMode.OpenOrCreate,
            _ => FileMode.Create,
        };

        // Reserving is allowed for new files only; an old one keeps what it has.
        long reserve = preallocationBytes > 0 && !File.Exists(path) ? preallocationBytes : 0;
        if (reserve > 0)
        {
            fileMode = FileMode.CreateNew;
        }

        try
        {
            // ReadWrite and Delete sharing: no lock is taken, and the file may be renamed and deleted while it is open.
            SafeFileHandle handle = File.OpenHandle(
                path, fileMode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, FileOptions.None, reserve);
            return new FileSystemFile(handle, path);
        }
        catch (IOException exception) when (IsFull(exception))
        {
            throw Full(path, exception);
        }
    }

    /// <inheritdoc/>
    public bool FileExists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public bool DirectoryExists(string path) => Directory.Exists(path);

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (IOException exception) when (IsFull(exception))
        {
            throw Full(path, exception);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<StorageEntry> List(string directory)
    {
        try
        {
            return [.. new FileSystemEnumerable<StorageEntry>(
                directory,
                static (ref FileSystemEntry entry) =>
                    new StorageEntry(entry.FileName.ToString(), entry.IsDirectory, entry.IsDirectory ? 0 : entry.Length),
                AllEntries)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        if (Directory.Exists(from))
        {
            Directory.Move(from, to);
        }
        else
        {
            File.Move(from, to, overwrite: true);
        }
    }

    /// <inheritdoc/>
    public bool DeleteFile(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        File.Delete(path);
        return true;
    }

    /// <inheritdoc/>
    public void DeleteDirectory(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Gone already is what was asked for.
        }
    }

    /// <inheritdoc/>
    public void FlushDirectory(string path)
    {
        // Windows makes names durable with the file and has no call for a directory.
        if (!OperatingSystem.IsWindows())
        {
            Synchronize(path, static descriptor => SynchronizeFile(descriptor));
        }
    }

    /// <inheritdoc/>
    public bool CanFlushVolume => OperatingSystem.IsLinux();

    /// <inheritdoc/>
    public void FlushVolume(string directory) => Synchronize(directory, static descriptor => SynchronizeVolume(descriptor));

    /// <inheritdoc/>
    public long LastModifiedMs(string path)
    {
        FileInfo info = new(path);
        return info.Exists ? new DateTimeOffset(info.LastWriteTimeUtc).ToUnixTimeMilliseconds() : 0;
    }

    /// <inheritdoc/>
    public StorageVolume Volume(string directory)
    {
        try
        {
            DriveInfo drive = new(Path.GetFullPath(directory));
            return new StorageVolume(drive.TotalSize, drive.AvailableFreeSpace);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new StorageVolume(-1, -1);
        }
    }

    /// <inheritdoc/>
    public IDisposable? TryLock(string path)
    {
        FileStream stream;
        try
        {
            // Sharing None is flock on Unix: it excludes other handles of this process and other brokers of our kind.
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }

        try
        {
            // Apache Kafka takes an fcntl lock on the same file, which flock does not see.
            if (!OperatingSystem.IsMacOS())
            {
                stream.Lock(0, long.MaxValue);
            }

            return stream;
        }
        catch (IOException)
        {
            stream.Dispose();
            return null;
        }
    }

    internal static bool IsFull(IOException exception)
    {
        const int WindowsDiskFull = unchecked((int)0x80070070);
        const int WindowsHandleDiskFull = unchecked((int)0x80070027);
        const int TooManyFilesInSystem = 23;
        const int TooManyFilesInProcess = 24;
        const int NoSpace = 28;
        const int LinuxQuotaExceeded = 122;
        return exception.HResult is WindowsDiskFull or WindowsHandleDiskFull
            || (!OperatingSystem.IsWindows() && exception.HResult is NoSpace or LinuxQuotaExceeded or TooManyFilesInSystem or TooManyFilesInProcess);
    }

    internal static StorageFullException Full(string path, IOException exception) =>
        new($"No room left for {path}: {exception.Message}", exception);

    private static void Synchronize(string path, Func<int, int> call)
    {
        int descriptor = OpenForReading(path, 0);
        if (descriptor < 0)
        {
            throw new IOException($"Cannot open the directory {path} to flush it: error {Marshal.GetLastPInvokeError()}.");
        }

        try
        {
            if (call(descriptor) != 0)
            {
                throw new IOException($"Cannot flush {path}: error {Marshal.GetLastPInvokeError()}.");
            }
        }
        finally
        {
            _ = CloseDescriptor(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenForReading(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SynchronizeFile(int descriptor);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SynchronizeVolume(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseDescriptor(int descriptor);
}
