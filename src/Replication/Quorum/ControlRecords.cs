using System.Buffers;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;

namespace Compat.Replication.Quorum;

/// <summary>The control batches of the metadata log and of its snapshots (KIP-595, KIP-630, KIP-853).</summary>
internal static class ControlRecords
{
    // The current version of every one of these records, both as its encoding and in its first field.
    private const short Version = 0;

    /// <summary>
    /// What a leader appends first in its epoch, without which nothing of former epochs could commit. The voters are
    /// added when the log does not have them yet, or not as they are now.
    /// </summary>
    public static byte[] StartOfEpoch(
        long baseOffset, int epoch, long timestampMs, int leaderId, VoterSet voters, IEnumerable<int> grantingVoters, bool includeVoters)
    {
        using RecordBatchBuilder batch = Begin(baseOffset, epoch);
        var message = new LeaderChangeMessage
        {
            Version = Version,
            LeaderId = leaderId,
            Voters = [.. voters.Voters.Select(voter => new LeaderChangeMessage.Voter { VoterId = voter.NodeId })],
            GrantingVoters = [.. grantingVoters.Select(id => new LeaderChangeMessage.Voter { VoterId = id })],
        };
        batch.AppendControl(timestampMs, ControlRecordType.LeaderChange, Encode(message));
        if (includeVoters)
        {
            AppendVoters(batch, timestampMs, voters);
        }
        return batch.Build();
    }

    /// <summary>What a snapshot begins with.</summary>
    public static byte[] SnapshotHeader(int epoch, long timestampMs, long lastContainedLogTimestampMs, VoterSet voters)
    {
        using RecordBatchBuilder batch = Begin(0, epoch);
        var header = new SnapshotHeaderRecord { Version = Version, LastContainedLogTimestamp = lastContainedLogTimestampMs };
        batch.AppendControl(timestampMs, ControlRecordType.SnapshotHeader, Encode(header));
        if (voters.KRaftVersion > 0)
        {
            AppendVoters(batch, timestampMs, voters);
        }
        return batch.Build();
    }

    /// <summary>What a snapshot ends with; without it the snapshot is not whole.</summary>
    public static byte[] SnapshotFooter(long baseOffset, int epoch, long timestampMs)
    {
        using RecordBatchBuilder batch = Begin(baseOffset, epoch);
        batch.AppendControl(timestampMs, ControlRecordType.SnapshotFooter, Encode(new SnapshotFooterRecord { Version = Version }));
        return batch.Build();
    }

    /// <summary>The voters after the records of a control batch.</summary>
    public static VoterSet Apply(VoterSet voters, RecordBatch batch)
    {
        foreach (Record record in batch.Records())
        {
            var reader = new WireReader(record.Value.ToArray());
            switch (ControlRecordTypes.Parse(record.Key))
            {
                case ControlRecordType.KRaftVersion:
                    voters = voters with { KRaftVersion = KRaftVersionRecord.Read(ref reader, Version).KRaftVersion };
                    break;
                case ControlRecordType.KRaftVoters:
                    voters = voters with { Voters = [.. VotersRecord.Read(ref reader, Version).Voters.Select(Voter.From)] };
                    break;
            }
        }
        return voters;
    }

    /// <summary>The voters that the leader of an epoch named at its start, or null if the batch does not begin an epoch.</summary>
    public static IReadOnlyList<int>? VotersOfLeader(RecordBatch batch)
    {
        foreach (Record record in batch.Records())
        {
            if (ControlRecordTypes.Parse(record.Key) == ControlRecordType.LeaderChange)
            {
                var reader = new WireReader(record.Value.ToArray());
                return [.. LeaderChangeMessage.Read(ref reader, Version).Voters.Select(voter => voter.VoterId)];
            }
        }
        return null;
    }

    /// <summary>The append time that a snapshot's header names, or null if the batch has no header.</summary>
    public static long? LastContainedLogTimestampOf(RecordBatch batch)
    {
        foreach (Record record in batch.Records())
        {
            if (ControlRecordTypes.Parse(record.Key) == ControlRecordType.SnapshotHeader)
            {
                var reader = new WireReader(record.Value.ToArray());
                return SnapshotHeaderRecord.Read(ref reader, Version).LastContainedLogTimestamp;
            }
        }
        return null;
    }

    /// <summary>True if the batch ends a snapshot.</summary>
    public static bool IsFooter(RecordBatch batch)
    {
        foreach (Record record in batch.Records())
        {
            if (ControlRecordTypes.Parse(record.Key) == ControlRecordType.SnapshotFooter)
            {
                return true;
            }
        }
        return false;
    }

    private static RecordBatchBuilder Begin(long baseOffset, int epoch) => new()
    {
        BaseOffset = baseOffset,
        PartitionLeaderEpoch = epoch,
        IsControl = true,
    };

    private static void AppendVoters(RecordBatchBuilder batch, long timestampMs, VoterSet voters)
    {
        var version = new KRaftVersionRecord { Version = Version, KRaftVersion = voters.KRaftVersion };
        batch.AppendControl(timestampMs, ControlRecordType.KRaftVersion, Encode(version));
        var record = new VotersRecord { Version = Version, Voters = [.. voters.Voters.Select(voter => voter.ToRecord())] };
        batch.AppendControl(timestampMs, ControlRecordType.KRaftVoters, Encode(record));
    }

    private static ReadOnlyMemory<byte> Encode(IWireMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(buffer);
        message.Write(ref writer, Version);
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
