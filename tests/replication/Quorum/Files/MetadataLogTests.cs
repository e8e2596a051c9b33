using System.Text;
using Compat.Log;
using Compat.Log.Storage;
using Compat.Replication.Metadata;
using Compat.Replication.Quorum;
using Compat.Wire.Messages;
using Compat.Wire.Records;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Quorum.Files;

/// <summary>The directory __cluster_metadata-0.</summary>
public class MetadataLogTests
{
    private const string Directory = "/data/__cluster_metadata-0";
    private const string LogPath = Directory + "/00000000000000000000.log";

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
    private readonly MemoryStorage _storage;

    public MetadataLogTests() => _storage = new MemoryStorage(_time);

    [Fact]
    public void The_directory_is_made_with_the_names_and_the_topic_id_that_Kafka_gives_it()
    {
        WithTopics("a", "b");
        Assert.Equal("version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAQ", Text($"{Directory}/partition.metadata").TrimEnd());
        Assert.Contains("00000000000000000000.log", _storage.List(Directory).Select(entry => entry.Name));
        Assert.Contains("leader-epoch-checkpoint", _storage.List(Directory).Select(entry => entry.Name));
        Assert.Equal(["a", "b"], Reopened());
    }

    [Fact]
    public void A_torn_tail_is_cut_off_and_what_is_before_it_stays()
    {
        WithTopics("a", "b");
        byte[] whole = Bytes(LogPath);
        Assert.True(RecordBatch.TryReadSize(whole, out int firstBytes));
        for (int length = 0; length < whole.Length; length++)
        {
            Replace(LogPath, whole[..length]);
            Assert.Equal(length < firstBytes ? [] : ["a"], Reopened());
        }
    }

    [Fact]
    public void A_damaged_tail_is_cut_off_and_the_next_append_goes_there()
    {
        WithTopics("a", "b");
        byte[] whole = Bytes(LogPath);
        whole[^1] ^= 1;
        Replace(LogPath, whole);

        MetadataLog log = Open();
        Assert.Equal(1, log.EndOffset);
        log.Append(MetadataBatchCodec.Encode(1, 2, 0, [Topic("c", Id(3))])!, 2, isLeader: true);
        log.Close();
        Assert.Equal(["a", "c"], Reopened());
    }

    [Fact]
    public void A_snapshot_beyond_the_end_of_the_log_takes_its_place()
    {
        WithTopics("a");
        using (var writer = new SnapshotFileWriter(_storage, Directory, new OffsetAndEpoch(50, 3), 0, VoterSet.Empty, _time, (_, _) => { }))
        {
            writer.Append([Topic("z", Id(9))]);
            writer.Freeze();
        }

        MetadataLog log = Open();
        Assert.Equal((50L, 50L, 3), (log.StartOffset, log.EndOffset, log.LastEpoch));
        log.Close();
        Assert.Contains("00000000000000000050.log", _storage.List(Directory).Select(entry => entry.Name));
        Assert.Empty(Reopened());
    }

    [Fact]
    public void A_log_without_its_beginning_and_without_a_snapshot_is_not_opened()
    {
        WithTopics("a", "b");
        _storage.Rename(LogPath, $"{Directory}/00000000000000000007.log");
        Assert.Contains("7", Assert.Throws<MetadataException>(Open).Message, StringComparison.Ordinal);
    }

    private void WithTopics(params string[] topics)
    {
        MetadataLog log = Open();
        foreach (string topic in topics)
        {
            log.Append(MetadataBatchCodec.Encode(log.EndOffset, 1, 0, [Topic(topic, Id((int)log.EndOffset + 1))])!, 1, isLeader: true);
        }

        log.Flush();
        log.Close();
    }

    private List<string> Reopened()
    {
        MetadataLog log = Open();
        List<string> topics =
        [
            .. log.ReadBatches(log.StartOffset).SelectMany(batch => MetadataBatchCodec.Decode(batch).Records).Select(record => ((TopicRecord)record.Message).Name),
        ];
        log.Close();
        return topics;
    }

    private MetadataLog Open() => MetadataLog.Open(
        new MetadataQuorumOptions { NodeId = 1, LogDirectory = "/data", DirectoryId = Id(50) },
        new LogContext(_storage, _time, new Random(3), NullLogger.Instance));

    private string Text(string path) => Encoding.UTF8.GetString(Bytes(path));

    private byte[] Bytes(string path)
    {
        using IStorageFile file = _storage.Open(path, StorageOpenMode.Existing);
        byte[] bytes = new byte[file.Length];
        file.Read(bytes, 0);
        return bytes;
    }

    private void Replace(string path, byte[] bytes)
    {
        using IStorageFile file = _storage.Open(path, StorageOpenMode.Truncate);
        file.Write(bytes, 0);
    }
}
