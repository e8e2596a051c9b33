using Compat.Log.Storage;

namespace Compat.Log.Tests;

/// <summary>What every storage promises, held against the real one and the one in memory.</summary>
public sealed class StorageTests : IDisposable
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), $"compat-storage-{Guid.NewGuid():N}");
    private IStorage _storage = null!;

    public static TheoryData<string> Kinds => ["files", "memory"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Bytes_are_read_back_from_where_they_were_written(string kind)
    {
        Use(kind);
        using IStorageFile file = _storage.Open(At("f"), StorageOpenMode.OpenOrCreate);

        file.Write([1, 2, 3], 0);
        file.Write([4, 5], 10);
        file.Write([new byte[] { 6 }, new byte[] { 7, 8 }], 3);
        file.Flush();

        byte[] read = new byte[20];
        Assert.Equal(12, file.Read(read, 0));
        Assert.Equal(12, file.Length);
        Assert.Equal([1, 2, 3, 6, 7, 8, 0, 0, 0, 0, 4, 5], read[..12]);
        Assert.Equal(2, file.Read(read, 10));
        Assert.Equal(0, file.Read(read, 12));
        Assert.Equal(0, file.Read(read, 100));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_file_that_was_cut_reads_zeros_when_it_grows_again(string kind)
    {
        Use(kind);
        using IStorageFile file = _storage.Open(At("f"), StorageOpenMode.OpenOrCreate);
        file.Write([1, 2, 3, 4], 0);

        file.Truncate(1);
        file.Write([9], 3);

        byte[] read = new byte[4];
        Assert.Equal(4, file.Read(read, 0));
        Assert.Equal([1, 0, 0, 9], read);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Opening_keeps_creates_or_empties_as_it_is_told(string kind)
    {
        Use(kind);
        Assert.Throws<FileNotFoundException>(() => _storage.Open(At("f"), StorageOpenMode.Existing));
        Assert.Throws<DirectoryNotFoundException>(() => _storage.Open(At("no/f"), StorageOpenMode.OpenOrCreate));
        _storage.WriteAllBytes(At("f"), [1, 2, 3], flush: true);

        using (IStorageFile kept = _storage.Open(At("f"), StorageOpenMode.OpenOrCreate))
        {
            Assert.Equal(3, kept.Length);
        }

        using IStorageFile emptied = _storage.Open(At("f"), StorageOpenMode.Truncate);
        Assert.Equal(0, emptied.Length);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Room_that_is_reserved_does_not_show_in_the_length(string kind)
    {
        Use(kind);
        using IStorageFile file = _storage.Open(At("f"), StorageOpenMode.OpenOrCreate, preallocationBytes: 1 << 20);
        file.Write([1], 0);

        Assert.Equal(1, file.Length);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_open_file_survives_its_renaming_and_deletion(string kind)
    {
        Use(kind);
        using IStorageFile file = _storage.Open(At("f"), StorageOpenMode.OpenOrCreate);
        file.Write([1, 2], 0);

        _storage.Rename(At("f"), At("g"));
        file.Write([3], 2);
        Assert.Equal([1, 2, 3], _storage.ReadAllBytes(At("g")));
        Assert.True(_storage.DeleteFile(At("g")));
        Assert.False(_storage.DeleteFile(At("g")));

        byte[] read = new byte[3];
        Assert.Equal(3, file.Read(read, 0));
        Assert.False(_storage.FileExists(At("g")));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Renaming_replaces_a_file(string kind)
    {
        Use(kind);
        _storage.ReplaceAllText(At("f"), "old", flush: false);

        _storage.ReplaceAllText(At("f"), "new", flush: true);

        Assert.Equal("new", _storage.ReadAllText(At("f")));
        Assert.False(_storage.FileExists(At("f.tmp")));
        Assert.Null(_storage.ReadAllText(At("missing")));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_directory_is_listed_moved_and_deleted_with_all_it_holds(string kind)
    {
        Use(kind);
        _storage.CreateDirectory(At("a/b"));
        _storage.CreateDirectory(At("a/b"));
        _storage.WriteAllBytes(At("a/f"), [1, 2, 3], flush: false);
        _storage.WriteAllBytes(At("a/b/g"), [], flush: false);

        Assert.Equal(
            [new StorageEntry("b", true, 0), new StorageEntry("f", false, 3)],
            _storage.List(At("a")).OrderBy(entry => entry.Name, StringComparer.Ordinal));
        _storage.Rename(At("a"), At("c"));
        _storage.FlushDirectory(At("c"));
        Assert.True(_storage.FileExists(At("c/b/g")));
        Assert.False(_storage.DirectoryExists(At("a")));
        Assert.Empty(_storage.List(At("a")));

        _storage.DeleteDirectory(At("c"));
        _storage.DeleteDirectory(At("c"));
        Assert.False(_storage.DirectoryExists(At("c")));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_lock_is_held_by_one_at_a_time(string kind)
    {
        Use(kind);
        IDisposable? held = _storage.TryLock(At(".lock"));

        Assert.NotNull(held);
        Assert.Null(_storage.TryLock(At(".lock")));
        held.Dispose();
        IDisposable? again = _storage.TryLock(At(".lock"));
        Assert.NotNull(again);
        again.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_file_says_when_it_was_written(string kind)
    {
        Use(kind);
        Assert.Equal(0, _storage.LastModifiedMs(At("f")));
        _storage.WriteAllBytes(At("f"), [1], flush: false);

        Assert.InRange(_storage.LastModifiedMs(At("f")), DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeMilliseconds());
    }

    [Fact]
    public void The_volume_of_real_files_is_known_and_can_be_flushed()
    {
        Use("files");
        StorageVolume volume = _storage.Volume(_root);

        Assert.InRange(volume.UsableBytes, 1, volume.TotalBytes);
        if (_storage.CanFlushVolume)
        {
            _storage.FlushVolume(_root);
        }
    }

    [Fact]
    public void A_log_on_real_files_survives_restart_crash_roll_and_deletion()
    {
        Use("files");
        LogFixture fixture = new(_storage, root: _root);
        fixture.AppendValues("a", "b");
        fixture.Log.Roll();
        fixture.AppendValues("c");
        fixture.Log.Flush();
        fixture.Restart();
        fixture.AppendValues("d");

        Assert.Equal([(0, "a"), (1, "b"), (2, "c"), (3, "d")], fixture.ReadAll());
        Assert.Equal(4, fixture.Log.LogEndOffset);

        // Another view of the same files, as after a kill.
        LogFixture killed = new(_storage, root: _root, isClean: false);
        Assert.Equal([(0, "a"), (1, "b"), (2, "c"), (3, "d")], killed.ReadAll());
        fixture.Log.Abandon();
        killed.Log.Delete();
        Assert.False(Directory.Exists(fixture.Directory));
    }

    public void Dispose()
    {
        if (Directory.Exists(_root))
        {
            Directory.Delete(_root, recursive: true);
        }
    }

    private void Use(string kind)
    {
        _storage = kind == "files" ? new FileSystemStorage() : new MemoryStorage(TimeProvider.System);
        _storage.CreateDirectory(_root);
    }

    private string At(string path) => Path.Combine(_root, path);
}
