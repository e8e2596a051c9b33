using System.Text;
using Compat.Log.Storage;
using Compat.Replication.Metadata;
using Compat.Replication.Quorum;
using Compat.Wire;

namespace Compat.Replication.Tests.Quorum.Files;

/// <summary>The file quorum-state, as Kafka writes and reads it.</summary>
public class QuorumStateFileTests
{
    private const string Directory = "/data/__cluster_metadata-0";
    private const string FilePath = Directory + "/quorum-state";
    private const string Version0 =
        """{"clusterId":"","leaderId":1,"leaderEpoch":7,"votedId":-1,"appliedOffset":0,"currentVoters":[],"data_version":0}""";

    private const string Version1 =
        """{"leaderId":-1,"leaderEpoch":8,"votedId":3,"votedDirectoryId":"AAAAAAAAAAEAAAAAAAAABQ","data_version":1}""";

    private static readonly QuorumState Voted = new(-1, 8, 3, new Uuid(1, 5));

    private readonly LeverStorage _storage = new(new MemoryStorage(TimeProvider.System));
    private readonly QuorumStateFile _file;

    public QuorumStateFileTests()
    {
        _storage.CreateDirectory(Directory);
        _file = new QuorumStateFile(_storage, Directory);
    }

    [Fact]
    public void Without_a_file_nothing_has_been_elected() => Assert.Equal(QuorumState.Initial, _file.Read());

    [Fact]
    public void What_is_written_is_what_Kafka_writes()
    {
        _file.Write(new QuorumState(1, 7, -1, Uuid.Zero), new VoterSet(0, []));
        Assert.Equal(Version0, Text());
        _file.Write(Voted, new VoterSet(1, []));
        Assert.Equal(Version1, Text());
        Assert.Equal(Voted, _file.Read());
        Assert.Equal(["quorum-state"], _storage.List(Directory).Select(entry => entry.Name));
    }

    [Theory]
    [InlineData("""{"clusterId":"","leaderId":1,"leaderEpoch":7,"votedId":-1,"appliedOffset":0,"currentVoters":[{"voterId":1}],"data_version":0}""")]
    [InlineData("""{"clusterId":"","leaderId":1,"leaderEpoch":7,"votedId":-1,"appliedOffset":0,"currentVoters":null,"data_version":0}""")]
    [InlineData("""{ "data_version" : 0, "votedId" : -1, "leaderEpoch" : 7, "leaderId" : 1 }""")]
    [InlineData("""{"leaderId":1,"leaderEpoch":7,"votedId":-1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":1}""")]
    public void What_Kafka_writes_is_read(string text)
    {
        Write(FilePath, text);
        Assert.Equal(new QuorumState(1, 7, -1, Uuid.Zero), _file.Read());
    }

    [Theory]
    [InlineData(Version0)]
    [InlineData(Version1)]
    public void A_file_that_is_cut_off_anywhere_is_told_and_never_taken_for_a_state(string text)
    {
        for (int length = 0; length < text.Length; length++)
        {
            Write(FilePath, text[..length]);
            MetadataException told = Assert.Throws<MetadataException>(_file.Read);
            Assert.Contains(FilePath, told.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{"leaderId":1,"leaderEpoch":7,"votedId":-1,"data_version":2}""")]
    [InlineData("""{"leaderId":1,"leaderEpoch":7,"votedId":-1}""")]
    [InlineData("""{"leaderId":1,"votedId":-1,"data_version":0}""")]
    [InlineData("""{"leaderId":"one","leaderEpoch":7,"votedId":-1,"data_version":0}""")]
    [InlineData("""{"leaderId":1,"leaderEpoch":7000000000,"votedId":-1,"data_version":0}""")]
    [InlineData("""{"leaderId":1,"leaderEpoch":7,"votedId":-1,"votedDirectoryId":null,"data_version":1}""")]
    [InlineData("""{"leaderId":1,"leaderEpoch":7,"votedId":-1,"votedDirectoryId":"short","data_version":1}""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\0\0\0\0\0\0\0\0")]
    public void A_file_that_says_something_else_is_told(string text)
    {
        Write(FilePath, text);
        Assert.Contains(FilePath, Assert.Throws<MetadataException>(_file.Read).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_crash_left_of_a_new_state_is_not_read_and_is_written_over()
    {
        _file.Write(Voted, new VoterSet(1, []));
        Write(FilePath + ".tmp", Version0[..20]);
        Assert.Equal(Voted, _file.Read());
        _file.Write(Voted with { LeaderEpoch = 9 }, new VoterSet(1, []));
        Assert.Equal(9, _file.Read().LeaderEpoch);
        Assert.Equal(["quorum-state"], _storage.List(Directory).Select(entry => entry.Name));
    }

    [Fact]
    public void A_state_that_is_not_on_the_device_does_not_replace_the_one_that_is()
    {
        _file.Write(Voted, new VoterSet(1, []));
        _storage.FailFlushes();
        Assert.Throws<IOException>(() => _file.Write(Voted with { LeaderEpoch = 9 }, new VoterSet(1, [])));
        Assert.Equal(Voted, _file.Read());
    }

    private string Text()
    {
        using IStorageFile file = _storage.Open(FilePath, StorageOpenMode.Existing);
        byte[] bytes = new byte[file.Length];
        file.Read(bytes, 0);
        return Encoding.UTF8.GetString(bytes);
    }

    private void Write(string path, string text)
    {
        using IStorageFile file = _storage.Open(path, StorageOpenMode.Truncate);
        file.Write(Encoding.UTF8.GetBytes(text), 0);
    }
}
