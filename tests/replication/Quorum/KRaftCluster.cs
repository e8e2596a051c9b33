using Compat.Log;
using Compat.Log.Storage;
using Compat.Replication.Metadata;
using Compat.Replication.Quorum;
using Compat.Replication.Tests.Peers;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Logging.Abstractions;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Quorum;

/// <summary>Nodes of one quorum in this process, over a simulated network and in real time.</summary>
internal sealed class KRaftCluster : IAsyncDisposable
{
    private const int Port = 9093;

    private readonly SimulatedNetwork _network = new(TimeProvider.System);
    private readonly Dictionary<int, MemoryStorage> _disks = [];
    private readonly int _voters;

    public KRaftCluster(int voters) => _voters = voters;

    public SortedDictionary<int, (KRaftQuorum Quorum, RecordingListener Listener)> Running { get; } = [];

    public SimulatedNetwork Network => _network;

    public KRaftQuorum this[int id] => Running[id].Quorum;

    public void Start(params int[] ids)
    {
        foreach (int id in ids)
        {
            MemoryStorage disk = _disks.TryGetValue(id, out MemoryStorage? left) ? left : _disks[id] = new MemoryStorage(TimeProvider.System);
            var quorum = new KRaftQuorum(
                OptionsOf(id), new LogContext(disk, TimeProvider.System, new Random(id), NullLogger.Instance), new Random(id), _network.From(Host(id)));
            var listener = new RecordingListener();
            Running[id] = (quorum, listener);
            Serve(id, quorum);
            quorum.Start(listener);
        }
    }

    /// <summary>The process ends in good order.</summary>
    public async Task StopAsync(int id)
    {
        await Running[id].Quorum.DisposeAsync();
        _network.Stop(Host(id), Port);
        Running.Remove(id);
    }

    /// <summary>The process ends at once, and what was written stays.</summary>
    public async Task KillAsync(int id)
    {
        _network.Stop(Host(id), Port);
        KRaftQuorum quorum = Running[id].Quorum;
        Running.Remove(id);
        _disks[id] = _disks[id].Copy();
        await quorum.DisposeAsync();
    }

    /// <summary>Another disk, with nothing on it.</summary>
    public void Wipe(int id) => _disks.Remove(id);

    public async Task<int> LeaderAsync()
    {
        await Eventually.True(() => Running.Values.Select(node => node.Quorum.Leader).Distinct().ToArray() is [{ HasLeader: true } leader]
            && Running.ContainsKey(leader.LeaderId) && Running[leader.LeaderId].Quorum.HighWatermark > 0, "a leader that all follow");
        return Running.Values.First().Quorum.Leader.LeaderId;
    }

    public async Task AppendAsync(string topic)
    {
        KRaftQuorum leader = this[await LeaderAsync()];
        Proposal proposal = leader.Append(leader.Leader.Epoch, [Topic(topic, Id(1))]);
        Assert.Equal(ProposalOutcome.Committed, await leader.WaitAsync(proposal));
    }

    public Task TopicsAre(int id, params string[] topics) => Eventually.True(
        () => Running[id].Listener.Topics.SequenceEqual(topics), $"{string.Join(", ", topics)} at {id}");

    public async ValueTask DisposeAsync()
    {
        foreach ((KRaftQuorum quorum, RecordingListener listener) in Running.Values)
        {
            await quorum.DisposeAsync();
            Assert.Empty(listener.Violations);
        }
    }

    private static string Host(int id) => $"node{id}";

    private void Serve(int id, IQuorumServer quorum) => _network.Serve(Host(id), Port)
        .On<VoteRequest, VoteResponse>(quorum.VoteAsync)
        .On<BeginQuorumEpochRequest, BeginQuorumEpochResponse>(quorum.BeginQuorumEpochAsync)
        .On<EndQuorumEpochRequest, EndQuorumEpochResponse>(quorum.EndQuorumEpochAsync)
        .On<FetchRequest, FetchResponse>(quorum.FetchAsync)
        .On<FetchSnapshotRequest, FetchSnapshotResponse>(quorum.FetchSnapshotAsync);

    private MetadataQuorumOptions OptionsOf(int id) => new()
    {
        NodeId = id,
        LogDirectory = KRaftFixture.LogDirectory,
        DirectoryId = Id(100 + id),
        ClusterId = "cluster",
        CanBeVoter = id <= _voters,
        Voters = [.. Enumerable.Range(1, _voters).Select(voter => new Voter(voter, Uuid.Zero, [EndpointOf(voter)]))],
        Endpoints = id <= _voters ? [EndpointOf(id)] : [],
        FetchTimeoutMs = 1_000,
        ElectionTimeoutMs = 500,
        FetchSnapshotMaxBytes = 100,
    };

    private static BrokerEndpoint EndpointOf(int id) => new("CONTROLLER", Host(id), Port, 0);
}
