using Compat.Coordination.Groups;
using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;
using Found = Compat.Wire.Messages.FindCoordinatorResponse.Coordinator;

namespace Compat.Server.Handlers;

/// <summary>
/// FindCoordinator, v0-6: tells which broker coordinates a group. The first who asks has <c>__consumer_offsets</c> created and is answered
/// when it is there. v1 asks for a kind of coordinator: 0 group, 1 transaction, 2 share (v6, KIP-932); of the last two there is none
/// here, which is COORDINATOR_NOT_AVAILABLE. v4 asks for several keys at once (KIP-699).
/// </summary>
public sealed class FindCoordinatorHandler : ApiHandler<FindCoordinatorRequest, FindCoordinatorResponse>
{
    private const short BatchedVersion = 4;
    private const short ShareVersion = 6;
    private const sbyte Group = 0;
    private const sbyte Transaction = 1;
    private const sbyte Share = 2;

    // What clients make of an answer without a node.
    private const int NoNode = -1;

    // What Kafka sends, without an error, where others send nothing.
    private const string NoErrorText = "NONE";

    private readonly GroupCoordinator _groups;
    private readonly IAutoTopicCreator _topics;
    private readonly Func<MetadataImage> _image;
    private readonly NodeAddress _addressOf;

    /// <summary>Makes the handler.</summary>
    /// <param name="groups">Which partition a group belongs to.</param>
    /// <param name="topics">Creates the internal topic.</param>
    /// <param name="image">The metadata as of now.</param>
    /// <param name="addressOf">Where clients reach a broker.</param>
    internal FindCoordinatorHandler(GroupCoordinator groups, IAutoTopicCreator topics, Func<MetadataImage> image, NodeAddress addressOf)
    {
        _groups = groups;
        _topics = topics;
        _image = image;
        _addressOf = addressOf;
    }

    /// <inheritdoc/>
    public override async ValueTask<FindCoordinatorResponse?> HandleAsync(FindCoordinatorRequest request, RequestContext context)
    {
        ErrorCode error = await PrepareAsync(request, context).ConfigureAwait(false);
        if (context.ApiVersion >= BatchedVersion)
        {
            return new FindCoordinatorResponse
            {
                Coordinators = request.CoordinatorKeys.ConvertAll(key => Find(key, request.KeyType, error, context)),
            };
        }

        Found found = Find(request.Key, request.KeyType, error, context);
        return new FindCoordinatorResponse
        {
            ErrorCode = found.ErrorCode,
            ErrorMessage = found.ErrorMessage is { Length: > 0 } text ? text : NoErrorText,
            NodeId = found.NodeId,
            Host = found.Host,
            Port = found.Port,
        };
    }

    /// <summary>What is wrong with the whole request, if anything; has the internal topic created otherwise.</summary>
    private async ValueTask<ErrorCode> PrepareAsync(FindCoordinatorRequest request, RequestContext context)
    {
        switch (request.KeyType)
        {
            case Group:
                break;
            case Transaction:
                return ErrorCode.CoordinatorNotAvailable;
            case Share when context.ApiVersion >= ShareVersion:
                return ErrorCode.CoordinatorNotAvailable;
            default:
                return ErrorCode.InvalidRequest;
        }

        if (!_image().Topics.TryGet(TopicName.ConsumerOffsets, out _))
        {
            await _topics.CreateAsync([TopicName.ConsumerOffsets], context.ConnectionClosed).ConfigureAwait(false);
        }

        return ErrorCode.None;
    }

    private Found Find(string key, sbyte keyType, ErrorCode error, RequestContext context)
    {
        if (error != ErrorCode.None)
        {
            bool isMalformed = keyType == Share && error == ErrorCode.CoordinatorNotAvailable && !IsSharePartition(key);
            return Fail(key, isMalformed ? ErrorCode.InvalidRequest : error);
        }

        return _image().Topics.TryGet(TopicName.ConsumerOffsets, out TopicImage? topic)
            && topic.Partition(_groups.PartitionFor(key)) is { } partition
            && _addressOf(partition.Leader, context.Connection) is var (host, port)
            ? new Found { Key = key, NodeId = partition.Leader, Host = host, Port = port }
            : Fail(key, ErrorCode.CoordinatorNotAvailable);
    }

    private static Found Fail(string key, ErrorCode error) =>
        new() { Key = key, ErrorCode = error, ErrorMessage = error.Message(), NodeId = NoNode, Host = "", Port = NoNode };

    /// <summary>The key of a share partition is group:topic id:partition; the group itself may have colons.</summary>
    private static bool IsSharePartition(string key)
    {
        string[] parts = key.Split(':');
        return parts.Length >= 3 && string.Join(':', parts[..^2]).Trim().Length > 0 && Uuid.TryParse(parts[^2], out _) && int.TryParse(parts[^1], out _);
    }
}
