namespace Compat.Wire;

/// <summary>The error codes of the protocol. Numbers are on the wire and in committed state, so they only grow.</summary>
public enum ErrorCode : short
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>The broker met an error it did not expect.</summary>
    UnknownServerError = -1,

    /// <summary>The offset is outside the range that the partition holds.</summary>
    OffsetOutOfRange = 1,

    /// <summary>The batch does not match its checksum, has an invalid size, or is malformed.</summary>
    CorruptMessage = 2,

    /// <summary>This broker does not have the topic or partition.</summary>
    UnknownTopicOrPartition = 3,

    /// <summary>The fetch size is invalid.</summary>
    InvalidFetchSize = 4,

    /// <summary>The partition has no leader at the moment.</summary>
    LeaderNotAvailable = 5,

    /// <summary>This broker is not the leader, or not a replica, of the partition.</summary>
    NotLeaderOrFollower = 6,

    /// <summary>The request was not finished in time.</summary>
    RequestTimedOut = 7,

    /// <summary>The broker is not available.</summary>
    BrokerNotAvailable = 8,

    /// <summary>The replica is not available on this broker.</summary>
    ReplicaNotAvailable = 9,

    /// <summary>The batch is larger than the topic accepts.</summary>
    MessageTooLarge = 10,

    /// <summary>The controller epoch is older than the one known here.</summary>
    StaleControllerEpoch = 11,

    /// <summary>The metadata of the committed offset is too long.</summary>
    OffsetMetadataTooLarge = 12,

    /// <summary>The connection ended before an answer came.</summary>
    NetworkException = 13,

    /// <summary>The coordinator is still loading its state.</summary>
    CoordinatorLoadInProgress = 14,

    /// <summary>The coordinator is not available.</summary>
    CoordinatorNotAvailable = 15,

    /// <summary>This broker is not the coordinator.</summary>
    NotCoordinator = 16,

    /// <summary>The topic's name is not valid, or the topic does not take this operation.</summary>
    InvalidTopicException = 17,

    /// <summary>The batches are larger than one segment.</summary>
    RecordListTooLarge = 18,

    /// <summary>Fewer replicas are in sync than min.insync.replicas asks for.</summary>
    NotEnoughReplicas = 19,

    /// <summary>The batch was written, but to fewer replicas than min.insync.replicas asks for.</summary>
    NotEnoughReplicasAfterAppend = 20,

    /// <summary>The value of acks is not 0, 1 or -1.</summary>
    InvalidRequiredAcks = 21,

    /// <summary>The generation is not the group's current one.</summary>
    IllegalGeneration = 22,

    /// <summary>The member's protocol type or protocols do not fit the group's.</summary>
    InconsistentGroupProtocol = 23,

    /// <summary>The group id is not valid.</summary>
    InvalidGroupId = 24,

    /// <summary>The coordinator does not know the member.</summary>
    UnknownMemberId = 25,

    /// <summary>The session timeout is outside the range the broker allows.</summary>
    InvalidSessionTimeout = 26,

    /// <summary>The group is rebalancing; the member should join again.</summary>
    RebalanceInProgress = 27,

    /// <summary>The committed offsets are too large to be written.</summary>
    InvalidCommitOffsetSize = 28,

    /// <summary>Access to the topic is denied.</summary>
    TopicAuthorizationFailed = 29,

    /// <summary>Access to the group is denied.</summary>
    GroupAuthorizationFailed = 30,

    /// <summary>Access to the cluster is denied.</summary>
    ClusterAuthorizationFailed = 31,

    /// <summary>The timestamp is outside the range the topic accepts.</summary>
    InvalidTimestamp = 32,

    /// <summary>The broker does not offer the SASL mechanism.</summary>
    UnsupportedSaslMechanism = 33,

    /// <summary>The request does not fit the state of the SASL exchange.</summary>
    IllegalSaslState = 34,

    /// <summary>The broker does not support this version of the request.</summary>
    UnsupportedVersion = 35,

    /// <summary>A topic of this name exists already.</summary>
    TopicAlreadyExists = 36,

    /// <summary>The number of partitions is invalid.</summary>
    InvalidPartitions = 37,

    /// <summary>The replication factor is below 1 or above the number of available brokers.</summary>
    InvalidReplicationFactor = 38,

    /// <summary>The replica assignment is invalid.</summary>
    InvalidReplicaAssignment = 39,

    /// <summary>The configuration is invalid.</summary>
    InvalidConfig = 40,

    /// <summary>This node is not the active controller.</summary>
    NotController = 41,

    /// <summary>The request is malformed, or its fields contradict each other.</summary>
    InvalidRequest = 42,

    /// <summary>The message format does not support the operation.</summary>
    UnsupportedForMessageFormat = 43,

    /// <summary>The request breaks a policy of the cluster.</summary>
    PolicyViolation = 44,

    /// <summary>The producer's sequence number does not follow its last one.</summary>
    OutOfOrderSequenceNumber = 45,

    /// <summary>The sequence number was used before.</summary>
    DuplicateSequenceNumber = 46,

    /// <summary>The producer's epoch is older than the current one.</summary>
    InvalidProducerEpoch = 47,

    /// <summary>The transaction is not in a state that allows this.</summary>
    InvalidTxnState = 48,

    /// <summary>The producer id does not belong to the transactional id.</summary>
    InvalidProducerIdMapping = 49,

    /// <summary>The transaction timeout is above the largest one allowed.</summary>
    InvalidTransactionTimeout = 50,

    /// <summary>An earlier operation on the same transaction is still going on.</summary>
    ConcurrentTransactions = 51,

    /// <summary>The transaction coordinator that sent this was replaced.</summary>
    TransactionCoordinatorFenced = 52,

    /// <summary>Access to the transactional id is denied.</summary>
    TransactionalIdAuthorizationFailed = 53,

    /// <summary>Security features are turned off.</summary>
    SecurityDisabled = 54,

    /// <summary>The operation was not attempted, because another one in the request failed.</summary>
    OperationNotAttempted = 55,

    /// <summary>The log directory failed.</summary>
    KafkaStorageError = 56,

    /// <summary>The log directory is not configured on the broker.</summary>
    LogDirNotFound = 57,

    /// <summary>Authentication failed.</summary>
    SaslAuthenticationFailed = 58,

    /// <summary>The broker has no state for the producer id.</summary>
    UnknownProducerId = 59,

    /// <summary>A reassignment of the partition is going on.</summary>
    ReassignmentInProgress = 60,

    /// <summary>Delegation tokens are turned off.</summary>
    DelegationTokenAuthDisabled = 61,

    /// <summary>The delegation token does not exist.</summary>
    DelegationTokenNotFound = 62,

    /// <summary>The delegation token belongs to someone else.</summary>
    DelegationTokenOwnerMismatch = 63,

    /// <summary>Delegation token requests are not allowed on this connection.</summary>
    DelegationTokenRequestNotAllowed = 64,

    /// <summary>Access to the delegation token is denied.</summary>
    DelegationTokenAuthorizationFailed = 65,

    /// <summary>The delegation token has expired.</summary>
    DelegationTokenExpired = 66,

    /// <summary>The type of the principal is not supported.</summary>
    InvalidPrincipalType = 67,

    /// <summary>The group still has members.</summary>
    NonEmptyGroup = 68,

    /// <summary>The group does not exist.</summary>
    GroupIdNotFound = 69,

    /// <summary>The fetch session does not exist.</summary>
    FetchSessionIdNotFound = 70,

    /// <summary>The epoch of the fetch session is not the expected one.</summary>
    InvalidFetchSessionEpoch = 71,

    /// <summary>The leader has no listener of the name the request came through.</summary>
    ListenerNotFound = 72,

    /// <summary>Topics cannot be deleted here.</summary>
    TopicDeletionDisabled = 73,

    /// <summary>The leader epoch in the request is older than the current one.</summary>
    FencedLeaderEpoch = 74,

    /// <summary>The leader epoch in the request is newer than the one known here.</summary>
    UnknownLeaderEpoch = 75,

    /// <summary>The version of the request does not support the compression type.</summary>
    UnsupportedCompressionType = 76,

    /// <summary>The broker epoch is older than the registered one.</summary>
    StaleBrokerEpoch = 77,

    /// <summary>The leader does not know its high watermark yet.</summary>
    OffsetNotAvailable = 78,

    /// <summary>The member must join again with the id it was given.</summary>
    MemberIdRequired = 79,

    /// <summary>The preferred leader is not available.</summary>
    PreferredLeaderNotAvailable = 80,

    /// <summary>The group has as many members as it may have.</summary>
    GroupMaxSizeReached = 81,

    /// <summary>Another member with the same instance id has taken over.</summary>
    FencedInstanceId = 82,

    /// <summary>No eligible leader is available.</summary>
    EligibleLeadersNotAvailable = 83,

    /// <summary>The partition has the leader that an election would choose.</summary>
    ElectionNotNeeded = 84,

    /// <summary>No reassignment of the partition is going on.</summary>
    NoReassignmentInProgress = 85,

    /// <summary>The group is subscribed to the topic.</summary>
    GroupSubscribedToTopic = 86,

    /// <summary>The topic does not accept the record.</summary>
    InvalidRecord = 87,

    /// <summary>Offsets of an open transaction are not settled yet.</summary>
    UnstableOffsetCommit = 88,

    /// <summary>The quota is used up at present.</summary>
    ThrottlingQuotaExceeded = 89,

    /// <summary>A newer producer has taken over the transactional id.</summary>
    ProducerFenced = 90,

    /// <summary>The resource does not exist.</summary>
    ResourceNotFound = 91,

    /// <summary>The resource is named twice.</summary>
    DuplicateResource = 92,

    /// <summary>The credential does not meet the requirements.</summary>
    UnacceptableCredential = 93,

    /// <summary>The voter set differs between the two sides.</summary>
    InconsistentVoterSet = 94,

    /// <summary>The update version is invalid.</summary>
    InvalidUpdateVersion = 95,

    /// <summary>The feature update failed.</summary>
    FeatureUpdateFailed = 96,

    /// <summary>The forwarded principal could not be read.</summary>
    PrincipalDeserializationFailure = 97,

    /// <summary>The snapshot does not exist.</summary>
    SnapshotNotFound = 98,

    /// <summary>The position is outside the snapshot.</summary>
    PositionOutOfRange = 99,

    /// <summary>This broker does not know the topic id.</summary>
    UnknownTopicId = 100,

    /// <summary>The broker id is registered by a broker that is alive.</summary>
    DuplicateBrokerRegistration = 101,

    /// <summary>The broker id is not registered.</summary>
    BrokerIdNotRegistered = 102,

    /// <summary>The topic id in the log differs from the one in the request.</summary>
    InconsistentTopicId = 103,

    /// <summary>The cluster id in the request is not this cluster's.</summary>
    InconsistentClusterId = 104,

    /// <summary>The transactional id does not exist.</summary>
    TransactionalIdNotFound = 105,

    /// <summary>The fetch session mixes topic ids with topic names.</summary>
    FetchSessionTopicIdError = 106,

    /// <summary>The replica may not join the in-sync set.</summary>
    IneligibleReplica = 107,

    /// <summary>A new leader was elected by the request; there is no answer from the old one.</summary>
    NewLeaderElected = 108,

    /// <summary>The offset has moved to tiered storage.</summary>
    OffsetMovedToTieredStorage = 109,

    /// <summary>The member epoch is not the one the coordinator has; the member must join anew.</summary>
    FencedMemberEpoch = 110,

    /// <summary>The instance id is still held by another member.</summary>
    UnreleasedInstanceId = 111,

    /// <summary>The broker does not offer the assignor, or the members support no common one.</summary>
    UnsupportedAssignor = 112,

    /// <summary>The member epoch is old; the member should heartbeat and try again.</summary>
    StaleMemberEpoch = 113,

    /// <summary>The request was sent to a listener of the wrong kind.</summary>
    MismatchedEndpointType = 114,

    /// <summary>The listener of this kind does not support the request.</summary>
    UnsupportedEndpointType = 115,

    /// <summary>The controller id is not known.</summary>
    UnknownControllerId = 116,

    /// <summary>The telemetry subscription id is old.</summary>
    UnknownSubscriptionId = 117,

    /// <summary>The telemetry is larger than the broker accepts.</summary>
    TelemetryTooLarge = 118,

    /// <summary>The registration of the controller is invalid.</summary>
    InvalidRegistration = 119,

    /// <summary>The transaction cannot be committed; the client should abort it.</summary>
    TransactionAbortable = 120,

    /// <summary>The record is not in a state that allows this acknowledgement.</summary>
    InvalidRecordState = 121,

    /// <summary>The share session does not exist.</summary>
    ShareSessionNotFound = 122,

    /// <summary>The epoch of the share session is not the expected one.</summary>
    InvalidShareSessionEpoch = 123,

    /// <summary>The epoch of the share state is older than the current one.</summary>
    FencedStateEpoch = 124,

    /// <summary>The voter's key does not match its registration.</summary>
    InvalidVoterKey = 125,

    /// <summary>The voter is in the voter set already.</summary>
    DuplicateVoter = 126,

    /// <summary>The voter is not in the voter set.</summary>
    VoterNotFound = 127,

    /// <summary>The regular expression is invalid.</summary>
    InvalidRegularExpression = 128,

    /// <summary>The client should find the cluster again from its bootstrap addresses.</summary>
    RebootstrapRequired = 129,

    /// <summary>The streams topology is invalid.</summary>
    StreamsInvalidTopology = 130,

    /// <summary>The epoch of the streams topology is invalid.</summary>
    StreamsInvalidTopologyEpoch = 131,

    /// <summary>The epoch of the streams topology is older than the group's.</summary>
    StreamsTopologyFenced = 132,

    /// <summary>The broker has as many share sessions as it may have.</summary>
    ShareSessionLimitReached = 133,

    /// <summary>The group could not be deleted.</summary>
    GroupDeletionFailed = 134,

    /// <summary>The description of the streams topology could not be updated.</summary>
    StreamsTopologyDescriptionUpdateFailed = 135,

    /// <summary>The controller id is not registered.</summary>
    ControllerIdNotRegistered = 136,
}
