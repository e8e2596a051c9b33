using Compat.Log.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Log.Tests.Faults;

/// <summary>The disk that the other tests trust: what it keeps, and that it loses what it may lose.</summary>
public class SimulatedDiskTests
{
    private const int Seeds = 200;

    private readonly SimulatedDisk _disk = new(new FakeTimeProvider());

    public SimulatedDiskTests()
    {
        _disk.CreateDirectory("/d");
        _disk.FlushDirectory("/");
    }

    [Fact]
    public void What_was_flushed_survives_every_loss_of_power()
    {
        Write("/d/f", [1, 2, 3], flush: true);
        _disk.FlushDirectory("/d");

        Assert.All(Losses(), disk => Assert.Equal([1, 2, 3], disk.ReadAllBytes("/d/f")));
    }

    [Fact]
    public void Bytes_that_were_not_flushed_may_be_lost_torn_or_kept()
    {
        Write("/d/f", [1, 2, 3], flush: true);
        _disk.FlushDirectory("/d");
        using (IStorageFile file = _disk.Open("/d/f", StorageOpenMode.Existing))
        {
            file.Write([4, 5], 3);
        }

        List<int> lengths = [.. Losses().Select(disk => disk.ReadAllBytes("/d/f")!.Length).Distinct().Order()];
        Assert.Equal([3, 4, 5], lengths);
        Assert.All(Losses(), disk => Assert.Equal([1, 2, 3], disk.ReadAllBytes("/d/f")![..3]));
    }

    [Fact]
    public void A_later_write_may_survive_an_earlier_one_and_zeros_fill_the_hole()
    {
        Write("/d/f", [], flush: true);
        _disk.FlushDirectory("/d");
        using (IStorageFile file = _disk.Open("/d/f", StorageOpenMode.Existing))
        {
            file.Write([1], 0);
            file.Write([2], 1);
        }

        Assert.Contains(Losses(), disk => disk.ReadAllBytes("/d/f") is [0, 2]);
    }

    [Fact]
    public void A_name_is_there_for_sure_only_once_its_directory_was_flushed()
    {
        Write("/d/f", [1], flush: true);

        Assert.Equal([false, true], Losses().Select(disk => disk.FileExists("/d/f")).Distinct().Order());
    }

    [Fact]
    public void A_renaming_happens_whole_or_not_at_all()
    {
        Write("/d/f", [1], flush: true);
        Write("/d/g", [2], flush: true);
        _disk.FlushDirectory("/d");
        _disk.Rename("/d/g", "/d/f");

        List<(byte F, bool HasG)> seen = [.. Losses().Select(disk => (disk.ReadAllBytes("/d/f")![0], disk.FileExists("/d/g"))).Distinct().Order()];
        Assert.Equal([((byte)1, true), ((byte)2, false)], seen);
    }

    [Fact]
    public void A_directory_that_was_made_or_moved_may_be_lost_until_its_parent_is_flushed()
    {
        _disk.CreateDirectory("/d/e");
        Assert.Equal([false, true], Losses().Select(disk => disk.DirectoryExists("/d/e")).Distinct().Order());

        _disk.FlushDirectory("/d");
        _disk.Rename("/d/e", "/d/x");
        Assert.All(Losses(), disk => Assert.True(disk.DirectoryExists("/d/e") ^ disk.DirectoryExists("/d/x")));
    }

    [Fact]
    public void A_kill_loses_nothing_and_the_copy_is_independent()
    {
        Write("/d/f", [1], flush: false);
        SimulatedDisk copy = _disk.AfterKill();
        Write("/d/f", [2], flush: false);

        Assert.Equal([1], copy.ReadAllBytes("/d/f"));
    }

    [Fact]
    public void A_lying_flush_keeps_nothing_for_sure()
    {
        FaultyStorage liar = new(_disk) { LiesAbout = path => path.StartsWith("/d", StringComparison.Ordinal) };
        liar.WriteAllBytes("/d/f", [1], flush: true);
        liar.FlushDirectory("/d");

        Assert.Contains(Losses(), disk => !disk.FileExists("/d/f"));
    }

    [Fact]
    public void A_full_disk_takes_what_fits_and_has_room_again_after_a_deletion()
    {
        _disk.CapacityBytes = 4;
        Write("/d/f", [1, 2, 3], flush: true);
        using IStorageFile file = _disk.Open("/d/g", StorageOpenMode.OpenOrCreate);

        Assert.Throws<StorageFullException>(() => file.Write([1, 2, 3], 0));
        Assert.Equal(1, file.Length);
        Assert.Equal(new StorageVolume(4, 0), _disk.Volume("/d"));

        // Overwriting takes no room.
        file.Write([9], 0);
        _disk.DeleteFile("/d/f");
        file.Write([1, 2, 3], 0);
        Assert.Equal(3, file.Length);
    }

    private IEnumerable<SimulatedDisk> Losses() => Enumerable.Range(0, Seeds).Select(seed => _disk.AfterPowerLoss(new Random(seed)));

    private void Write(string path, byte[] bytes, bool flush) => _disk.WriteAllBytes(path, bytes, flush);
}
