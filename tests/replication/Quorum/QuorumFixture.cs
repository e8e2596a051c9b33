using Compat.Log;
using Compat.Log.Storage;
using Compat.Replication.Quorum;
using Compat.Replication.Tests.Metadata;
using Compat.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Replication.Tests.Quorum;

/// <summary>A quorum of one node under the levers that the conformance suite pulls.</summary>
public abstract class QuorumFixture : IAsyncDisposable
{
    internal abstract IMetadataQuorum Quorum { get; }

    internal RecordingListener Listener { get; private set; } = new();

    internal void Start() => Quorum.Start(Listener = new RecordingListener());

    /// <summary>Ends the process in an orderly way and starts another one upon what it left.</summary>
    internal abstract Task RestartAsync();

    /// <summary>Ends the process at once: what was not committed is gone.</summary>
    internal abstract Task CrashAsync();

    internal abstract void HoldCommits();

    internal abstract void ReleaseCommits();

    internal abstract void FailDevice();

    public abstract ValueTask DisposeAsync();
}

internal sealed class InMemoryFixture : QuorumFixture
{
    private readonly InMemoryCluster _cluster = new() { Bootstrap = [Records.Feature("metadata.version", 33)] };
    private InMemoryQuorum _node;

    public InMemoryFixture() => _node = _cluster.Node(1);

    internal override IMetadataQuorum Quorum => _node;

    internal override async Task RestartAsync()
    {
        _node.CommitPending();
        await CrashAsync();
    }

    internal override async Task CrashAsync()
    {
        await _node.DisposeAsync();
        _cluster.ReleaseCommits();
        _node = _cluster.Node(1);
        Start();
    }

    internal override void HoldCommits() => _cluster.HoldCommits();

    internal override void ReleaseCommits() => _cluster.ReleaseCommits();

    internal override void FailDevice() => _node.Fail(new IOException("The device failed."));

    public override ValueTask DisposeAsync() => _node.DisposeAsync();
}

internal sealed class KRaftFixture : QuorumFixture
{
    public const string LogDirectory = "/data";
    public static readonly Uuid DirectoryId = Records.Id(50);

    private KRaftQuorum _quorum;

    public KRaftFixture()
    {
        Storage = new LeverStorage(new MemoryStorage(Time));
        _quorum = Open();
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));

    public LeverStorage Storage { get; private set; }

    public MetadataQuorumOptions Options { get; set; } = new()
    {
        NodeId = 1,
        LogDirectory = LogDirectory,
        DirectoryId = DirectoryId,
    };

    internal override IMetadataQuorum Quorum => _quorum;

    public KRaftQuorum Open() =>
        new(Options, new LogContext(Storage, Time, new Random(3), NullLogger.Instance), new Random(4));

    internal override async Task RestartAsync()
    {
        await _quorum.DisposeAsync();
        ReopenOn(Storage.AfterKill());
    }

    internal override async Task CrashAsync()
    {
        MemoryStorage left = Storage.AfterPowerLoss();
        Storage.FailFlushes();
        await _quorum.DisposeAsync();
        ReopenOn(left);
    }

    internal void ReopenOn(MemoryStorage storage)
    {
        Storage = new LeverStorage(storage);
        _quorum = Open();
        Start();
    }

    internal override void HoldCommits() => Storage.HoldFlushes();

    internal override void ReleaseCommits() => Storage.ReleaseFlushes();

    internal override void FailDevice() => Storage.FailFlushes();

    public override ValueTask DisposeAsync()
    {
        Storage.ReleaseFlushes();
        return _quorum.DisposeAsync();
    }
}
