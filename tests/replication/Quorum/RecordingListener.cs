using System.Collections.Concurrent;
using Compat.Replication.Metadata;
using Compat.Replication.Quorum;
using Compat.Wire.Messages;

namespace Compat.Replication.Tests.Quorum;

/// <summary>Remembers what a quorum told, and checks that it is told in order, without gaps, one call at a time.</summary>
internal sealed class RecordingListener : IMetadataQuorumListener
{
    private readonly ConcurrentQueue<string> _events = new();
    private long _nextOffset;
    private int _inCall;

    public Action<CommittedBatch>? OnBatch { get; set; }

    public IReadOnlyList<string> Events => [.. _events];

    public IReadOnlyList<string> Topics => [.. _events.Where(e => !e.Contains(' '))];

    public Exception? Fatal { get; private set; }

    public List<string> Violations { get; } = [];

    public void OnSnapshot(MetadataSnapshot snapshot) => InCall(() =>
    {
        _events.Enqueue($"snapshot {snapshot.Id}");
        foreach (MetadataRecord record in snapshot.Records)
        {
            Note(record);
        }
        _nextOffset = snapshot.Id.Offset;
    });

    public void OnCommitted(IEnumerable<CommittedBatch> batches) => InCall(() =>
    {
        foreach (CommittedBatch batch in batches)
        {
            if (batch.BaseOffset != _nextOffset)
            {
                Violations.Add($"expected offset {_nextOffset}, was told {batch.BaseOffset}");
            }
            _nextOffset = batch.LastOffset + 1;
            foreach (MetadataRecord record in batch.Records)
            {
                Note(record);
            }
            OnBatch?.Invoke(batch);
        }
    });

    public void OnLeaderChange(LeaderAndEpoch leader) =>
        InCall(() => _events.Enqueue($"leader {leader.LeaderId} epoch {leader.Epoch}"));

    public void OnFatal(Exception cause) => InCall(() => Fatal = cause);

    private void Note(MetadataRecord record) =>
        _events.Enqueue(record.Message is TopicRecord topic ? topic.Name : $"({record.Message.GetType().Name} )");

    private void InCall(Action action)
    {
        if (Interlocked.Increment(ref _inCall) != 1)
        {
            Violations.Add("told two things at the same time");
        }
        try
        {
            action();
        }
        finally
        {
            Interlocked.Decrement(ref _inCall);
        }
    }
}
