using Compat.Coordination.Groups;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;
using AskedGroup = Compat.Wire.Messages.OffsetFetchRequest.OffsetFetchRequestGroup;
using AskedTopic = Compat.Wire.Messages.OffsetFetchRequest.OffsetFetchRequestTopics;
using FetchedGroup = Compat.Wire.Messages.OffsetFetchResponse.OffsetFetchResponseGroup;
using FetchedPartition = Compat.Wire.Messages.OffsetFetchResponse.OffsetFetchResponsePartitions;
using FetchedTopic = Compat.Wire.Messages.OffsetFetchResponse.OffsetFetchResponseTopics;

namespace Compat.Server.Handlers;

/// <summary>
/// OffsetFetch, v1-10: the committed offsets of groups; -1 and no error where there is none, even when the group does not exist. v2
/// can ask for all offsets and has an error for the whole, v7 can insist on stable offsets (KIP-447), v8 asks for several groups
/// (KIP-709), v10 names topics by id.
/// </summary>
public sealed class OffsetFetchHandler(GroupCoordinator groups, Func<MetadataImage> image)
    : ApiHandler<OffsetFetchRequest, OffsetFetchResponse>
{
    private const short TopLevelErrorVersion = 2;
    private const short BatchedVersion = 8;
    private const short TopicIdVersion = 10;
    private const long NoOffset = -1;

    /// <inheritdoc/>
    public override async ValueTask<OffsetFetchResponse?> HandleAsync(OffsetFetchRequest request, RequestContext context)
    {
        if (context.ApiVersion < BatchedVersion)
        {
            return Flatten(await FetchAsync(Single(request), request.RequireStable, context.ApiVersion).ConfigureAwait(false));
        }

        var response = new OffsetFetchResponse();
        var fetching = request.Groups.ConvertAll(group => FetchAsync(group, request.RequireStable, context.ApiVersion));
        foreach (ValueTask<FetchedGroup> group in fetching)
        {
            response.Groups.Add(await group.ConfigureAwait(false));
        }

        return response;
    }

    private static AskedGroup Single(OffsetFetchRequest request) => new()
    {
        GroupId = request.GroupId,
        Topics = request.Topics?.ConvertAll(topic => new AskedTopic { Name = topic.Name, PartitionIndexes = topic.PartitionIndexes }),
    };

    private static OffsetFetchResponse Flatten(FetchedGroup group) => new()
    {
        ErrorCode = group.ErrorCode,
        Topics = group.Topics.ConvertAll(topic => new OffsetFetchResponse.OffsetFetchResponseTopic
        {
            Name = topic.Name,
            Partitions = topic.Partitions.ConvertAll(partition => new OffsetFetchResponse.OffsetFetchResponsePartition
            {
                PartitionIndex = partition.PartitionIndex,
                CommittedOffset = partition.CommittedOffset,
                CommittedLeaderEpoch = partition.CommittedLeaderEpoch,
                Metadata = partition.Metadata,
                ErrorCode = partition.ErrorCode,
            }),
        }),
    };

    private async ValueTask<FetchedGroup> FetchAsync(AskedGroup asked, bool requireStable, short version)
    {
        TopicsImage topics = image().Topics;
        var unknown = new List<FetchedTopic>();
        if (version >= TopicIdVersion && asked.Topics is { } wanted)
        {
            asked.Topics = wanted.FindAll(topic => TryName(topic, topics, unknown));
        }

        FetchedGroup fetched = await groups.FetchOffsetsAsync(asked, requireStable).ConfigureAwait(false);
        if (fetched.ErrorCode != ErrorCode.None)
        {
            return version < TopLevelErrorVersion ? FailEveryPartition(asked, fetched.ErrorCode) : fetched;
        }

        if (version >= TopicIdVersion && asked.Topics is null)
        {
            // A topic that cannot be named is not shown.
            fetched.Topics.RemoveAll(topic => !TryIdentify(topic, topics));
        }

        fetched.Topics.AddRange(unknown);
        return fetched;
    }

    private static bool TryName(AskedTopic topic, TopicsImage topics, List<FetchedTopic> unknown)
    {
        if (topics.TryGet(topic.TopicId, out TopicImage? found))
        {
            topic.Name = found.Name;
            return true;
        }

        unknown.Add(Fail(topic, ErrorCode.UnknownTopicId));
        return false;
    }

    private static bool TryIdentify(FetchedTopic topic, TopicsImage topics)
    {
        topic.TopicId = topics.TryGet(topic.Name, out TopicImage? found) ? found.Id : Uuid.Zero;
        return topic.TopicId != Uuid.Zero;
    }

    private static FetchedGroup FailEveryPartition(AskedGroup asked, ErrorCode error) =>
        new() { GroupId = asked.GroupId, Topics = asked.Topics?.ConvertAll(topic => Fail(topic, error)) ?? [] };

    private static FetchedTopic Fail(AskedTopic topic, ErrorCode error) => new()
    {
        Name = topic.Name,
        TopicId = topic.TopicId,
        Partitions = topic.PartitionIndexes.ConvertAll(partition => new FetchedPartition
        {
            PartitionIndex = partition,
            CommittedOffset = NoOffset,
            Metadata = "",
            ErrorCode = error,
        }),
    };
}
