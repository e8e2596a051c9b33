using Compat.Wire;

namespace Compat.Coordination.Runtime;

/// <summary>What a client is told when the coordinator's own log fails: codes that make it look for its coordinator again.</summary>
internal static class CoordinatorErrors
{
    /// <summary>Translates the error of an append.</summary>
    public static ErrorCode FromAppend(ErrorCode error) => error switch
    {
        ErrorCode.UnknownTopicOrPartition or ErrorCode.NotEnoughReplicas or ErrorCode.NotEnoughReplicasAfterAppend
            or ErrorCode.RequestTimedOut => ErrorCode.CoordinatorNotAvailable,
        ErrorCode.NotLeaderOrFollower or ErrorCode.KafkaStorageError or ErrorCode.FencedLeaderEpoch => ErrorCode.NotCoordinator,
        ErrorCode.MessageTooLarge or ErrorCode.RecordListTooLarge or ErrorCode.InvalidFetchSize => ErrorCode.UnknownServerError,
        _ => error,
    };
}
