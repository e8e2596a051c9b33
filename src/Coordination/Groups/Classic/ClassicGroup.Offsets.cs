using Compat.Coordination.Groups.Offsets;
using Compat.Wire;

namespace Compat.Coordination.Groups.Classic;

/// <summary>What the group means for offsets: who may commit, and how long they are kept.</summary>
internal sealed partial class ClassicGroup
{
    /// <inheritdoc/>
    public override OffsetExpiry Expiry
    {
        get
        {
            if (_protocolType is null)
            {
                // A consumer that only keeps its offsets here: nobody knows whether it is still there.
                return OffsetExpiry.AfterCommit;
            }

            if (_state == ClassicGroupState.Empty)
            {
                return _stateTimestampMs == NoTimestamp ? OffsetExpiry.AfterCommit : OffsetExpiry.AfterEmpty(_stateTimestampMs);
            }

            // Of a live group only offsets of topics it no longer reads can expire, and only when it says what it reads.
            return _state == ClassicGroupState.Stable && _subscribedTopics is not null ? OffsetExpiry.AfterCommit : OffsetExpiry.Never;
        }
    }

    /// <inheritdoc/>
    public override bool IsSubscribedTo(string topic) =>
        _subscribedTopics?.Contains(topic) ?? _protocolType == ConsumerSubscription.ProtocolType;

    /// <inheritdoc/>
    public override ErrorCode ValidateCommit(string memberId, string? groupInstanceId, int generationOrEpoch, bool isTransactional)
    {
        if (generationOrEpoch < 0 && _state == ClassicGroupState.Empty)
        {
            // An administrator, or a consumer that assigns its partitions itself.
            return ErrorCode.None;
        }

        if (generationOrEpoch >= 0 || memberId.Length > 0 || groupInstanceId is not null)
        {
            ErrorCode error = ValidateMember(memberId, groupInstanceId);
            if (error != ErrorCode.None)
            {
                return error;
            }

            if (generationOrEpoch != Generation)
            {
                return ErrorCode.IllegalGeneration;
            }
        }
        else if (!isTransactional)
        {
            return ErrorCode.UnknownMemberId;
        }

        // The member has heard of the new generation and not of its assignment: what it commits may be another's by then.
        return !isTransactional && _state == ClassicGroupState.CompletingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
    }

    /// <inheritdoc/>
    public override ErrorCode ValidateOffsetDelete() =>
        _state != ClassicGroupState.Empty && _protocolType != ConsumerSubscription.ProtocolType ? ErrorCode.NonEmptyGroup : ErrorCode.None;

    /// <inheritdoc/>
    public override ErrorCode ValidateDelete() => _state == ClassicGroupState.Empty ? ErrorCode.None : ErrorCode.NonEmptyGroup;
}
