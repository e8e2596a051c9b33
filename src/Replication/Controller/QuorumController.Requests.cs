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
        turn => UpdateFeatures.Decide(turn, _quorum.KRaftVersion, request, version),
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

    /// <summary>Gives a broker a block of producer ids, or null if that fails at present (KIP-730).</summary>
    public ValueTask<ProducerIdBlock?> AllocateProducerIdsAsync(
        int brokerId, long brokerEpoch, CancellationToken cancellation = default) => SubmitAsync<ProducerIdBlock?>(
        turn =>
        {
            Decision<ProducerIdBlock> decision = ProducerIds.Decide(turn, brokerId, brokerEpoch);
            return new Decision<ProducerIdBlock?>(decision.Records, decision.Response);
        },
        _ => null,
        NoTimeout,
        cancellation);

    /// <summary>Registers the broker of this controller's own process, unfenced at once.</summary>
    public ValueTask<BrokerRegistrationResult> RegisterLocalBrokerAsync(
        LocalBrokerRegistration request, CancellationToken cancellation = default) => SubmitAsync(
        turn => BrokerRegistrations.DecideLocal(turn, request),
        error => new BrokerRegistrationResult(error, -1),
        NoTimeout,
        cancellation);

    private const int NoTimeout = 0;
}
