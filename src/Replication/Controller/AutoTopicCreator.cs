using Compat.Replication.Metadata;
using Compat.Replication.Peers;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Logging;

namespace Compat.Replication.Controller;

/// <summary>Creates topics that somebody has asked for by name without creating them.</summary>
public interface IAutoTopicCreator
{
    /// <summary>
    /// Creates topics and waits until they are in this broker's image. A topic that exists already, because another
    /// request was faster, is a success.
    /// </summary>
    /// <param name="topics">Names; bad ones are answered as such.</param>
    /// <param name="cancellation">Ends the wait, not the creation.</param>
    /// <returns>The error of every topic: INVALID_TOPIC_EXCEPTION, or UNKNOWN_TOPIC_OR_PARTITION if it could not be created.</returns>
    ValueTask<IReadOnlyDictionary<string, ErrorCode>> CreateAsync(
        IReadOnlyCollection<string> topics, CancellationToken cancellation = default);
}

/// <summary>How topics are created by themselves.</summary>
public sealed record AutoTopicOptions
{
    /// <summary>offsets.topic.num.partitions.</summary>
    public int OffsetsTopicPartitions { get; init; } = 50;

    /// <summary>offsets.topic.replication.factor.</summary>
    public short OffsetsTopicReplicationFactor { get; init; } = 3;

    /// <summary>offsets.topic.segment.bytes.</summary>
    public int OffsetsTopicSegmentBytes { get; init; } = 104_857_600;
}

/// <summary>Creates topics through the controller; those of coordinators with what their coordinators need.</summary>
public sealed partial class AutoTopicCreator : IAutoTopicCreator
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly IControllerChannel _controller;
    private readonly MetadataLoader _loader;
    private readonly AutoTopicOptions _options;
    private readonly ILogger _logger;

    /// <summary>Makes a creator.</summary>
    /// <param name="controller">Who creates them.</param>
    /// <param name="loader">Where they are waited for.</param>
    /// <param name="options">What the topics of coordinators are like.</param>
    /// <param name="logger">Where failures are said.</param>
    public AutoTopicCreator(
        IControllerChannel controller, MetadataLoader loader, AutoTopicOptions options, ILogger<AutoTopicCreator> logger)
    {
        _controller = controller;
        _loader = loader;
        _options = options;
        _logger = logger;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<string, ErrorCode>> CreateAsync(
        IReadOnlyCollection<string> topics, CancellationToken cancellation = default)
    {
        var results = new Dictionary<string, ErrorCode>();
        var request = new CreateTopicsRequest();
        foreach (string topic in topics)
        {
            results[topic] = Check(topic);
        }
        request.Topics.AddRange(results.Where(entry => entry.Value == ErrorCode.None).Select(entry => Describe(entry.Key)));
        if (request.Topics.Count == 0)
        {
            return results;
        }
        using PeerAnswer<CreateTopicsResponse> answer = await _controller.SendAsync(PeerRequest.Of(request, Timeout), cancellation)
            .ConfigureAwait(false);
        foreach (CreateTopicsRequest.CreatableTopic topic in request.Topics)
        {
            CreateTopicsResponse.CreatableTopicResult? result =
                answer.IsAnswered ? answer.Response.Topics.FirstOrDefault(result => result.Name == topic.Name) : null;
            results[topic.Name] = ToResult(topic.Name, result, answer.Reason);
        }
        await _loader.WaitUntilAsync(
            image => results.All(result => result.Value != ErrorCode.None || image.Topics.ByName.ContainsKey(result.Key)),
            cancellation).ConfigureAwait(false);
        return results;
    }

    // The topics of coordinators that do not exist here would be made with settings that those could not live with.
    private static ErrorCode Check(string topic) => topic switch
    {
        _ when !TopicName.IsValid(topic) => ErrorCode.InvalidTopicException,
        TopicName.TransactionState or TopicName.ShareGroupState or TopicName.ClusterMetadata => ErrorCode.UnknownTopicOrPartition,
        _ => ErrorCode.None,
    };

    private ErrorCode ToResult(string topic, CreateTopicsResponse.CreatableTopicResult? result, string? reason)
    {
        switch (result?.ErrorCode)
        {
            case ErrorCode.None or ErrorCode.TopicAlreadyExists:
                return ErrorCode.None;
            case ErrorCode.InvalidTopicException:
                return ErrorCode.InvalidTopicException;
            default:
                LogNotCreated(topic, result?.ErrorCode, result?.ErrorMessage ?? reason);
                return ErrorCode.UnknownTopicOrPartition;
        }
    }

    private CreateTopicsRequest.CreatableTopic Describe(string name) => name == TopicName.ConsumerOffsets
        ? new CreateTopicsRequest.CreatableTopic
        {
            Name = name,
            NumPartitions = _options.OffsetsTopicPartitions,
            ReplicationFactor = _options.OffsetsTopicReplicationFactor,
            Configs =
            [
                new CreateTopicsRequest.CreatableTopicConfig { Name = "cleanup.policy", Value = "compact" },
                new CreateTopicsRequest.CreatableTopicConfig { Name = "compression.type", Value = "producer" },
                new CreateTopicsRequest.CreatableTopicConfig
                {
                    Name = "segment.bytes",
                    Value = _options.OffsetsTopicSegmentBytes.ToString(),
                },
            ],
        }
        : new CreateTopicsRequest.CreatableTopic { Name = name, NumPartitions = -1, ReplicationFactor = -1 };

    [LoggerMessage(Level = LogLevel.Warning, Message = "The topic {Topic} could not be created on demand: {Code}, {Reason}")]
    private partial void LogNotCreated(string topic, ErrorCode? code, string? reason);
}
