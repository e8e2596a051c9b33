using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <content>The requests. Every one answers NOT_CONTROLLER if this node does not decide.</content>
public sealed partial class QuorumController
{
    /// <summary>Creates topics; each is in this node's image, with its logs, once the answer is here.</summary>
    public ValueTask<CreateTopicsResponse> CreateTopicsAsync(
        CreateTopicsRequest request, CancellationToken cancellation = default) => SubmitAsync(
        turn => CreateTopics.Decide(turn, request),
        error => CreateTopics.Failure(request, error),
        request.TimeoutMs,
        cancellation);

    /// <summary>Deletes topics; they are gone from this node once the answer is here.</summary>
    /// <param name="request">The request.</param>
    /// <param name="version">Its version: below 3 a disabled deletion has no error code of its own.</param>
    /// <param name="cancellation">Ends the wait, not the deletion.</param>
    public ValueTask<DeleteTopicsResponse> DeleteTopicsAsync(
        DeleteTopicsRequest request, short version, CancellationToken cancellation = default) => SubmitAsync(
        turn => DeleteTopics.Decide(turn, request, version),
        error => DeleteTopics.Failure(request, error),
        request.TimeoutMs,
        cancellation);

    /// <summary>Adds partitions to topics.</summary>
    public ValueTask<CreatePartitionsResponse> CreatePartitionsAsync(
        CreatePartitionsRequest request, CancellationToken cancellation = default) => SubmitAsync(
        turn => CreatePartitions.Decide(turn, request),
        error => CreatePartitions.Failure(request, error),
        request.TimeoutMs,
        cancellation);

    /// <summary>Changes single configurations of resources (KIP-339).</summary>
    public ValueTask<IncrementalAlterConfigsResponse> IncrementalAlterConfigsAsync(
        IncrementalAlterConfigsRequest request, CancellationToken cancellation = default) => SubmitAsync(
        turn => IncrementalAlterConfigs.Decide(turn, request),
        error => IncrementalAlterConfigs.Failure(request, error),
        NoTimeout,
        cancellation);

    /// <summary>Replaces all configurations of resources.</summary>
    public ValueTask<AlterConfigsResponse> AlterConfigsAsync(
        AlterConfigsRequest request, CancellationToken cancellation = default) => SubmitAsync(
        turn => LegacyAlterConfigs.Decide(turn, request),
        error => LegacyAlterConfigs.Failure(request, error),
        NoTimeout,
        cancellation);

    /// <summary>Changes feature levels (KIP-584).</summary>
    /// <param name="request">The request.</param>
    /// <param name="version">Its version: up to 1 the answer names every feature.</param>
    /// <param name="cancellation">Ends the wait, not the change.</param>
    public ValueTask<UpdateFeaturesResponse> UpdateFeaturesAsync(
        UpdateFeaturesRequest request, short version, CancellationToken cancellation = default) => SubmitAsync(
        turn => UpdateFeatures.Decide(turn with { Voters = [.. _quorum.Describe().Voters.Select(voter => voter.NodeId)] }, request, version),
        UpdateFeatures.Failure,
        request.TimeoutMs,
        cancellation);

    /// <summary>Elects leaders (KIP-460).</summary>
    public ValueTask<ElectLeadersResponse> ElectLeadersAsync(
        ElectLeadersRequest request, CancellationToken cancellation = default) => SubmitAsync(
        turn => ElectLeaders.Decide(turn, request),
        error => new ElectLeadersResponse { ErrorCode = error.Code },
        request.TimeoutMs,
        cancellation);

    /// <summary>Says which replicas are in sync, as the leader of partitions (KIP-497).</summary>
    public ValueTask<AlterPartitionResponse> AlterPartitionAsync(
        AlterPartitionRequest request, CancellationToken cancellation = default) => SubmitAsync(
        turn => AlterPartition.Decide(turn, request),
        error => new AlterPartitionResponse { ErrorCode = error.Code },
        NoTimeout,
        cancellation);

    /// <summary>Begins and cancels moves of partitions to other brokers (KIP-455).</summary>
    public ValueTask<AlterPartitionReassignmentsResponse> AlterPartitionReassignmentsAsync(
        AlterPartitionReassignmentsRequest request, CancellationToken cancellation = default) => SubmitAsync(
        turn => AlterPartitionReassignments.Decide(turn, request),
        error => AlterPartitionReassignments.Failure(request, error),
        request.TimeoutMs,
        cancellation);

    /// <summary>Says in which log directories replicas are (KIP-858).</summary>
    public ValueTask<AssignReplicasToDirsResponse> AssignReplicasToDirsAsync(
        AssignReplicasToDirsRequest request, CancellationToken cancellation = default) => SubmitAsync(
        turn => AssignReplicasToDirs.Decide(turn, request),
        error => new AssignReplicasToDirsResponse { ErrorCode = error.Code },
        NoTimeout,
        cancellation);

    /// <summary>Gives a broker a block of producer ids (KIP-730).</summary>
    public ValueTask<AllocateProducerIdsResponse> AllocateProducerIdsAsync(
        AllocateProducerIdsRequest request, CancellationToken cancellation = default) => SubmitAsync(
        turn => ProducerIds.Decide(turn, request),
        error => new AllocateProducerIdsResponse { ErrorCode = error.Code },
        NoTimeout,
        cancellation);

    /// <summary>Registers a broker, fenced (KIP-631).</summary>
    /// <param name="request">The request.</param>
    /// <param name="version">Its version; from 3 on it says how the former process ended.</param>
    /// <param name="cancellation">Ends the wait, not the registration.</param>
    public ValueTask<BrokerRegistrationResponse> RegisterBrokerAsync(
        BrokerRegistrationRequest request, short version, CancellationToken cancellation = default) => SubmitAsync(
        turn => RegisterBroker.Decide(turn, request, version),
        error => new BrokerRegistrationResponse { ErrorCode = error.Code },
        NoTimeout,
        cancellation);

    /// <summary>Hears that a broker lives, and what it wants (KIP-631).</summary>
    /// <param name="request">The request.</param>
    /// <param name="connectionId">The connection that it came by, null for this process.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public ValueTask<BrokerHeartbeatResponse> HeartbeatBrokerAsync(
        BrokerHeartbeatRequest request, long? connectionId, CancellationToken cancellation = default) => SubmitAsync(
        turn => HeartbeatBroker.Decide(turn, request, connectionId),
        error => new BrokerHeartbeatResponse { ErrorCode = error.Code },
        NoTimeout,
        cancellation);

    /// <summary>Hears that the connection by which a broker sent heartbeats is broken: its process is gone, or will send by another one.</summary>
    /// <param name="brokerId">The broker.</param>
    /// <param name="brokerEpoch">The epoch that it named.</param>
    /// <param name="connectionId">The connection.</param>
    public async ValueTask ConnectionLostAsync(int brokerId, long brokerEpoch, long connectionId) => await SubmitAsync(
        turn => FenceBrokers.DecideConnectionLost(turn, brokerId, brokerEpoch, connectionId),
        _ => false,
        NoTimeout,
        CancellationToken.None).ConfigureAwait(false);

    /// <summary>Hears that nobody listens where a broker should be that was not heard of since this controller began.</summary>
    /// <param name="brokerId">The broker.</param>
    /// <param name="brokerEpoch">The epoch in which it was looked for.</param>
    public async ValueTask BrokerNotFoundAsync(int brokerId, long brokerEpoch) => await SubmitAsync(
        turn => FenceBrokers.DecideNotFound(turn, brokerId, brokerEpoch),
        _ => false,
        NoTimeout,
        CancellationToken.None).ConfigureAwait(false);

    /// <summary>Makes the cluster forget a broker.</summary>
    public ValueTask<UnregisterBrokerResponse> UnregisterBrokerAsync(
        UnregisterBrokerRequest request, CancellationToken cancellation = default) => SubmitAsync(
        turn => UnregisterBroker.Decide(turn, request),
        UnregisterBroker.Failure,
        NoTimeout,
        cancellation);

    /// <summary>Registers a controller (KIP-919).</summary>
    public ValueTask<ControllerRegistrationResponse> RegisterControllerAsync(
        ControllerRegistrationRequest request, CancellationToken cancellation = default) => SubmitAsync(
        turn => ControllerRegistrations.Decide(turn, request),
        ControllerRegistrations.Failure,
        NoTimeout,
        cancellation);

    /// <summary>Makes the cluster forget a controller.</summary>
    public ValueTask<UnregisterControllerResponse> UnregisterControllerAsync(
        UnregisterControllerRequest request, CancellationToken cancellation = default) => SubmitAsync(
        turn => ControllerRegistrations.Decide(turn, request),
        ControllerRegistrations.UnregisterFailure,
        NoTimeout,
        cancellation);

    private const int NoTimeout = 0;
}
