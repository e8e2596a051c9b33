using Compat.Log.Storage;
using Compat.Replication.Metadata;
using Compat.Replication.Quorum;
using Compat.Wire.Messages;
using Compat.Wire.Records;
using Microsoft.Extensions.Time.Testing;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Quorum.Files;

/// <summary>The .checkpoint files of the metadata log, as Kafka writes and reads them.</summary>
public class SnapshotFileTests
{
    private const string Directory = "/data/__cluster_metadata-0";

    /// <summary>What is before it in a batch is not covered by it: a broker writes offsets and epoch into a batch that is sealed.</summary>
    private const int CrcPosition = 17;

    private const long LastAppendMs = 1_699_999_999_000;

    private static readonly OffsetAndEpoch SnapshotId = new(1234, 7);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
    private readonly MemoryStorage _storage;

    public SnapshotFileTests()
    {
        _storage = new MemoryStorage(_time);
        _storage.CreateDirectory(Directory);
    }

    private static string FilePath => $"{Directory}/00000000000000001234-0000000007.checkpoint";

    [Fact]
    public void A_snapshot_is_a_header_records_and_a_footer_in_batches_of_its_epoch()
    {
        Write(VoterSet.Empty, [Topic("a", Id(1)), Topic("b", Id(2))], [Topic("c", Id(3))]);

        List<RecordBatch> batches = Batches();
        Assert.Equal([(0L, 0L, true), (1L, 2L, false), (3L, 3L, false), (4L, 4L, true)], batches.Select(batch => (batch.BaseOffset, batch.LastOffset, batch.IsControl)));
        Assert.All(batches, batch => Assert.Equal((7, true), (batch.PartitionLeaderEpoch, batch.IsCrcValid())));
        Assert.Equal([ControlRecordType.SnapshotHeader], Types(batches[0]));
        Assert.Equal([ControlRecordType.SnapshotFooter], Types(batches[^1]));
        Assert.Equal(["00000000000000001234-0000000007.checkpoint"], _storage.List(Directory).Select(entry => entry.Name));

        MetadataSnapshot snapshot = Load().Read(SnapshotId).Snapshot;
        Assert.Equal((SnapshotId, LastAppendMs), (snapshot.Id, snapshot.LastContainedLogTimestampMs));
        Assert.Equal(["a", "b", "c"], snapshot.Records.Select(record => ((TopicRecord)record.Message).Name));
    }

    [Fact]
    public void From_kraft_version_1_on_the_header_is_followed_by_the_voters()
    {
        var voters = new VoterSet(1, [new Voter(1, Id(5), [new BrokerEndpoint("CONTROLLER", "host", 9093, 0)])]);
        Write(voters, [Topic("a", Id(1))]);

        Assert.Equal([ControlRecordType.SnapshotHeader, ControlRecordType.KRaftVersion, ControlRecordType.KRaftVoters], Types(Batches()[0]));
        VoterSet read = Load().Read(SnapshotId).Voters;
        Assert.Equal((1, voters.Voters[0]), (read.KRaftVersion, Assert.Single(read.Voters)));
    }

    [Fact]
    public void A_snapshot_that_is_cut_off_anywhere_is_never_taken_for_a_whole_one()
    {
        Write(VoterSet.Empty, [Topic("a", Id(1))], [Topic("b", Id(2))]);
        byte[] whole = Bytes();
        for (int length = 0; length < whole.Length; length++)
        {
            Replace(whole[..length]);
            Assert.Throws<MetadataException>(ReadAll);
        }
    }

    [Fact]
    public void A_snapshot_with_a_byte_that_is_not_what_was_written_is_not_read()
    {
        Write(VoterSet.Empty, [Topic("a", Id(1))], [Topic("b", Id(2))]);
        byte[] whole = Bytes();
        int checkedBytes = 0;
        foreach ((int start, int size) in Positions(whole))
        {
            for (int position = start + CrcPosition; position < start + size; position++, checkedBytes++)
            {
                byte[] damaged = [.. whole];
                damaged[position] ^= 0x10;
                Replace(damaged);
                Assert.Throws<MetadataException>(ReadAll);
            }
        }

        Assert.True(checkedBytes > 100);
    }

    [Fact]
    public void Nothing_follows_the_footer_and_something_comes_before_it()
    {
        Write(VoterSet.Empty, [Topic("a", Id(1))]);
        byte[] whole = Bytes();
        Replace([.. whole, .. MetadataBatchCodec.Encode(9, 7, 0, [Topic("late", Id(9))])!]);
        Assert.Throws<MetadataException>(ReadAll);
        (int start, int size) = Positions(whole)[0];
        Replace(whole[(start + size)..]);
        Assert.Throws<MetadataException>(ReadAll);
    }

    [Fact]
    public void What_crashes_and_deletions_left_is_removed_and_other_files_are_not()
    {
        string[] leftovers = ["00000000000000001234-0000000007-0.checkpoint.part", "00000000000000000100-0000000003.checkpoint.deleted"];
        string[] others = ["quorum-state", "00000000000000000000.log", "1234-7.checkpoint", "0000000000000000123x-0000000007.checkpoint"];
        foreach (string name in leftovers.Concat(others))
        {
            _storage.Open($"{Directory}/{name}", StorageOpenMode.Truncate).Dispose();
        }

        Write(VoterSet.Empty, [Topic("a", Id(1))]);
        Assert.Equal(SnapshotId, Load().Latest);
        Assert.Equal(
            others.Append("00000000000000001234-0000000007.checkpoint").Order(StringComparer.Ordinal),
            _storage.List(Directory).Select(entry => entry.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_snapshot_that_is_given_up_leaves_no_file()
    {
        using (SnapshotFileWriter writer = Writer(VoterSet.Empty))
        {
            writer.Append([Topic("a", Id(1))]);
            Assert.Equal(["00000000000000001234-0000000007-0.checkpoint.part"], _storage.List(Directory).Select(entry => entry.Name));
        }

        Assert.Empty(_storage.List(Directory));
    }

    [Fact]
    public void A_log_that_begins_after_the_newest_snapshot_has_a_hole_that_is_told()
    {
        Write(VoterSet.Empty, [Topic("a", Id(1))]);
        var snapshots = new MetadataSnapshots(_storage, Directory);
        Assert.Contains("1235", Assert.Throws<MetadataException>(() => snapshots.Load(logStartOffset: 1235)).Message, StringComparison.Ordinal);
        Assert.Throws<MetadataException>(() => new MetadataSnapshots(_storage, Directory).Load(logStartOffset: 1));
    }

    private static ControlRecordType[] Types(RecordBatch batch)
    {
        var types = new List<ControlRecordType>();
        foreach (Compat.Wire.Records.Record record in batch.Records())
        {
            types.Add(ControlRecordTypes.Parse(record.Key));
        }

        return [.. types];
    }

    private static List<(int Start, int Size)> Positions(byte[] file)
    {
        var positions = new List<(int, int)>();
        for (int start = 0; start < file.Length;)
        {
            Assert.True(RecordBatch.TryReadSize(file.AsSpan(start), out int size));
            positions.Add((start, size));
            start += size;
        }

        return positions;
    }

    private void Write(VoterSet voters, params MetadataRecord[][] groups)
    {
        using SnapshotFileWriter writer = Writer(voters);
        foreach (MetadataRecord[] group in groups)
        {
            writer.Append(group);
        }

        writer.Freeze();
    }

    private SnapshotFileWriter Writer(VoterSet voters) => new(_storage, Directory, SnapshotId, LastAppendMs, voters, _time, (_, _) => { });

    private MetadataSnapshots Load()
    {
        var snapshots = new MetadataSnapshots(_storage, Directory);
        snapshots.Load(logStartOffset: 0);
        return snapshots;
    }

    private void ReadAll() => _ = Load().Read(SnapshotId).Snapshot.Records.Count();

    private List<RecordBatch> Batches() => [.. Positions(Bytes()).Select(each => new RecordBatch(Bytes().AsMemory(each.Start, each.Size)))];

    private byte[] Bytes()
    {
        using IStorageFile file = _storage.Open(FilePath, StorageOpenMode.Existing);
        byte[] bytes = new byte[file.Length];
        file.Read(bytes, 0);
        return bytes;
    }

    private void Replace(byte[] bytes)
    {
        using IStorageFile file = _storage.Open(FilePath, StorageOpenMode.Truncate);
        file.Write(bytes, 0);
    }
}
