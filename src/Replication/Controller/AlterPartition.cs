using System.Collections.Immutable;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>
/// Decides AlterPartition (KIP-497): a leader says which replicas are in sync. Only the leader of the present epochs may say
/// so, and only replicas whose broker lives and is the process that the leader means (KIP-903) may be in the ISR.
/// </summary>
internal sealed class AlterPartition
{
    private const sbyte Recovered = 0;
    private const sbyte Recovering = 1;

    private readonly ControllerTurn _turn;
    private readonly int _brokerId;
    private readonly List<MetadataRecord> _records = [];

    private AlterPartition(ControllerTurn turn, int brokerId)
    {
        _turn = turn;
        _brokerId = brokerId;
    }

    public static Decision<AlterPartitionResponse> Decide(ControllerTurn turn, AlterPartitionRequest request) =>
        turn.Image.Cluster.TryGetBroker(request.BrokerId, out BrokerRegistration? broker) && broker.Epoch == request.BrokerEpoch
            ? new AlterPartition(turn, request.BrokerId).Decide(request)
            : Decision<AlterPartitionResponse>.Unchanged(new AlterPartitionResponse { ErrorCode = ErrorCode.StaleBrokerEpoch });

    private Decision<AlterPartitionResponse> Decide(AlterPartitionRequest request)
    {
        var response = new AlterPartitionResponse();
        foreach (AlterPartitionRequest.TopicData topic in request.Topics)
        {
            _turn.Image.Topics.TryGet(topic.TopicId, out TopicImage? image);
            response.Topics.Add(new AlterPartitionResponse.TopicData
            {
                TopicId = topic.TopicId,
                Partitions = [.. topic.Partitions.Select(partition => image is null
                    ? Refused(partition, ErrorCode.UnknownTopicId)
                    : Alter(image, partition))],
            });
        }
        return new Decision<AlterPartitionResponse>(_records, response) { MayBeSplit = true };
    }

    private AlterPartitionResponse.PartitionData Alter(TopicImage topic, AlterPartitionRequest.PartitionData request)
    {
        // Up to version 2 the request names no broker epochs.
        List<AlterPartitionRequest.BrokerState> isr = request.NewIsrWithEpochs.Count > 0
            ? request.NewIsrWithEpochs
            : [.. request.NewIsr.Select(id => new AlterPartitionRequest.BrokerState { BrokerId = id })];
        PartitionRegistration? partition = topic.Partition(request.PartitionIndex);
        ErrorCode error = Check(partition, request, isr);
        if (error != ErrorCode.None)
        {
            return Refused(request, error);
        }
        PartitionChange change = new PartitionChange(_turn, topic, request.PartitionIndex).WithTopicElection();
        change.Isr = [.. isr.Select(replica => replica.BrokerId)];
        change.LeaderRecoveryState = request.LeaderRecoveryState;
        PartitionRegistration after = partition!;
        if (change.Build() is { } record)
        {
            _records.Add(record);
            after = after.Apply((PartitionChangeRecord)record.Message);
        }
        // The end of a reassignment may take the lead away from who asked: it has to wait for what the metadata says.
        return after.Leader == _brokerId
            ? Answer(request.PartitionIndex, after)
            : Refused(request, ErrorCode.NewLeaderElected);
    }

    private ErrorCode Check(
        PartitionRegistration? partition,
        AlterPartitionRequest.PartitionData request,
        List<AlterPartitionRequest.BrokerState> isr)
    {
        if (partition is null)
        {
            return ErrorCode.UnknownTopicOrPartition;
        }
        ErrorCode error = CheckEpochs(partition, request);
        if (error != ErrorCode.None)
        {
            return error;
        }
        ImmutableArray<int> ids = [.. isr.Select(replica => replica.BrokerId)];
        bool isValid = ids.Distinct().Count() == ids.Length
            && ids.All(id => partition.Replicas.Contains(id))
            && ids.Contains(partition.Leader)
            && request.LeaderRecoveryState is Recovered or Recovering
            && !(request.LeaderRecoveryState == Recovering && (ids.Length > 1 || partition.LeaderRecoveryState == Recovered));
        return !isValid ? ErrorCode.InvalidRequest
            : !isr.All(IsEligible) ? ErrorCode.IneligibleReplica
            : ErrorCode.None;
    }

    private ErrorCode CheckEpochs(PartitionRegistration partition, AlterPartitionRequest.PartitionData request) =>
        // A leader that knows more than this controller knows a newer controller.
        request.LeaderEpoch > partition.LeaderEpoch || request.PartitionEpoch > partition.PartitionEpoch ? ErrorCode.NotController
        : request.LeaderEpoch < partition.LeaderEpoch ? ErrorCode.FencedLeaderEpoch
        : _brokerId != partition.Leader ? ErrorCode.InvalidRequest
        : request.PartitionEpoch < partition.PartitionEpoch ? ErrorCode.InvalidUpdateVersion
        : ErrorCode.None;

    private bool IsEligible(AlterPartitionRequest.BrokerState replica) =>
        _turn.Image.Cluster.TryGetBroker(replica.BrokerId, out BrokerRegistration? broker)
        && broker.IsActive
        && (replica.BrokerEpoch == -1 || replica.BrokerEpoch == broker.Epoch);

    private static AlterPartitionResponse.PartitionData Answer(int index, PartitionRegistration partition) => new()
    {
        PartitionIndex = index,
        LeaderId = partition.Leader,
        LeaderEpoch = partition.LeaderEpoch,
        Isr = [.. partition.Isr],
        LeaderRecoveryState = partition.LeaderRecoveryState,
        PartitionEpoch = partition.PartitionEpoch,
    };

    private static AlterPartitionResponse.PartitionData Refused(AlterPartitionRequest.PartitionData request, ErrorCode error) =>
        new() { PartitionIndex = request.PartitionIndex, ErrorCode = error };
}
