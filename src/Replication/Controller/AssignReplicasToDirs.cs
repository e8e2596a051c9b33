using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>
/// Decides AssignReplicasToDirs (KIP-858): a broker says in which log directory its replicas are. A replica in one that is
/// offline leaves the ISR.
/// </summary>
internal sealed class AssignReplicasToDirs
{
    private readonly ControllerTurn _turn;
    private readonly BrokerRegistration _broker;
    private readonly List<MetadataRecord> _records = [];

    private AssignReplicasToDirs(ControllerTurn turn, BrokerRegistration broker)
    {
        _turn = turn;
        _broker = broker;
    }

    public static Decision<AssignReplicasToDirsResponse> Decide(ControllerTurn turn, AssignReplicasToDirsRequest request)
    {
        if (!turn.MetadataVersion.HasDirectories)
        {
            return Refuse(ErrorCode.UnsupportedVersion);
        }
        return turn.Image.Cluster.TryGetBroker(request.BrokerId, out BrokerRegistration? broker) && broker.Epoch == request.BrokerEpoch
            ? new AssignReplicasToDirs(turn, broker).Decide(request)
            : Refuse(ErrorCode.StaleBrokerEpoch);
    }

    private static Decision<AssignReplicasToDirsResponse> Refuse(ErrorCode error) =>
        Decision<AssignReplicasToDirsResponse>.Unchanged(new AssignReplicasToDirsResponse { ErrorCode = error });

    private Decision<AssignReplicasToDirsResponse> Decide(AssignReplicasToDirsRequest request)
    {
        var response = new AssignReplicasToDirsResponse
        {
            Directories = [.. request.Directories.Select(directory => new AssignReplicasToDirsResponse.DirectoryData
            {
                Id = directory.Id,
                Topics = [.. directory.Topics.Select(topic => Assign(directory.Id, topic))],
            })],
        };
        return new Decision<AssignReplicasToDirsResponse>(_records, response) { MayBeSplit = true };
    }

    private AssignReplicasToDirsResponse.TopicData Assign(Uuid directory, AssignReplicasToDirsRequest.TopicData request)
    {
        _turn.Image.Topics.TryGet(request.TopicId, out TopicImage? topic);
        return new AssignReplicasToDirsResponse.TopicData
        {
            TopicId = request.TopicId,
            Partitions = [.. request.Partitions.Select(partition => new AssignReplicasToDirsResponse.PartitionData
            {
                PartitionIndex = partition.PartitionIndex,
                ErrorCode = topic is null ? ErrorCode.UnknownTopicId : Assign(directory, topic, partition.PartitionIndex),
            })],
        };
    }

    private ErrorCode Assign(Uuid directory, TopicImage topic, int index)
    {
        if (topic.Partition(index) is not { } partition)
        {
            return ErrorCode.UnknownTopicOrPartition;
        }
        if (!partition.Replicas.Contains(_broker.Id))
        {
            return ErrorCode.NotLeaderOrFollower;
        }
        PartitionChange change = new PartitionChange(_turn, topic, index).WithTopicElection();
        change.SetDirectory(_broker.Id, directory);
        if (!DirectoryIds.IsOnline(directory, _broker.Directories))
        {
            change.Isr = change.Isr.Remove(_broker.Id);
        }
        if (change.Build() is { } record)
        {
            _records.Add(record);
        }
        return ErrorCode.None;
    }
}
