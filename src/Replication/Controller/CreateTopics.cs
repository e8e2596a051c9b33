using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>Decides CreateTopics: every topic succeeds or fails by itself.</summary>
internal sealed class CreateTopics
{
    /// <summary>Most partitions that one request may create, as in Kafka.</summary>
    public const int MaxPartitionsPerRequest = 10_000;

    private readonly ControllerTurn _turn;
    private readonly CreateTopicsRequest _request;
    private readonly List<MetadataRecord> _records = [];

    private CreateTopics(ControllerTurn turn, CreateTopicsRequest request)
    {
        _turn = turn;
        _request = request;
    }

    public static Decision<CreateTopicsResponse> Decide(ControllerTurn turn, CreateTopicsRequest request) =>
        new CreateTopics(turn, request).Decide();

    private Decision<CreateTopicsResponse> Decide()
    {
        var response = new CreateTopicsResponse();
        if (TotalPartitions() > MaxPartitionsPerRequest)
        {
            var error = new ApiError(ErrorCode.PolicyViolation, "Excessively large number of partitions per request.");
            return Decision<CreateTopicsResponse>.Unchanged(Failure(_request, error));
        }
        HashSet<string> duplicates = DuplicateNames();
        foreach (CreateTopicsRequest.CreatableTopic topic in _request.Topics)
        {
            if (!duplicates.Contains(topic.Name))
            {
                response.Topics.Add(Create(topic));
            }
        }
        foreach (string name in duplicates)
        {
            response.Topics.Add(Failed(name, new ApiError(ErrorCode.InvalidRequest, "Duplicate topic name.")));
        }
        return new Decision<CreateTopicsResponse>(_request.ValidateOnly ? [] : _records, response);
    }

    /// <summary>The answer that fails all topics of a request.</summary>
    public static CreateTopicsResponse Failure(CreateTopicsRequest request, ApiError error) => new()
    {
        Topics = [.. request.Topics.Select(topic => topic.Name).Distinct().Select(name => Failed(name, error))],
    };

    private long TotalPartitions() => _request.Topics.Sum(topic => topic.Assignments.Count > 0
        ? topic.Assignments.Count
        : topic.NumPartitions == -1 ? _turn.Options.DefaultPartitions : Math.Max(0L, topic.NumPartitions));

    private HashSet<string> DuplicateNames()
    {
        var seen = new HashSet<string>();
        var duplicates = new HashSet<string>();
        foreach (CreateTopicsRequest.CreatableTopic topic in _request.Topics)
        {
            if (!seen.Add(topic.Name))
            {
                duplicates.Add(topic.Name);
            }
        }
        return duplicates;
    }

    private CreateTopicsResponse.CreatableTopicResult Create(CreateTopicsRequest.CreatableTopic topic)
    {
        ApiError error = CheckName(topic.Name);
        if (error.IsError)
        {
            return Failed(topic.Name, error);
        }
        var configs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        error = CheckConfigs(topic, configs);
        if (error.IsError)
        {
            return Failed(topic.Name, error);
        }
        error = new TopicPartitionPlan(_turn).Plan(topic, out IReadOnlyList<PartitionRegistration> partitions);
        return error.IsError ? Failed(topic.Name, error) : Succeed(topic.Name, configs, partitions);
    }

    private ApiError CheckName(string name)
    {
        if (name == TopicName.ClusterMetadata)
        {
            return new ApiError(
                ErrorCode.InvalidRequest, $"Creation of internal topic {TopicName.ClusterMetadata} is prohibited.");
        }
        if (TopicName.ReasonInvalid(name) is { } reason)
        {
            return new ApiError(ErrorCode.InvalidTopicException, reason);
        }
        if (_turn.Image.Topics.ByName.ContainsKey(name))
        {
            return new ApiError(ErrorCode.TopicAlreadyExists, $"Topic '{name}' already exists.");
        }
        return TopicName.HasCollisionCharacters(name)
            && _turn.Image.Topics.ByUnifiedName.TryGetValue(TopicName.UnifyCollisionCharacters(name), out string? other)
            ? new ApiError(ErrorCode.InvalidTopicException, $"Topic '{name}' collides with existing topic: {other}")
            : ApiError.None;
    }

    private ApiError CheckConfigs(CreateTopicsRequest.CreatableTopic topic, SortedDictionary<string, string> configs)
    {
        string[] nulls = [.. topic.Configs.Where(config => config.Value is null).Select(config => config.Name)];
        if (nulls.Length > 0)
        {
            return new ApiError(
                ErrorCode.InvalidConfig, $"Null value not supported for topic configs: {string.Join(",", nulls)}");
        }
        foreach (CreateTopicsRequest.CreatableTopicConfig config in topic.Configs)
        {
            configs[config.Name] = config.Value!;
        }
        return configs.Count == 0
            ? ApiError.None
            : AlterConfigs.Validate(_turn, ConfigResource.Topic(topic.Name), configs, ConfigurationsImage.None);
    }

    private CreateTopicsResponse.CreatableTopicResult Succeed(
        string name,
        SortedDictionary<string, string> configs,
        IReadOnlyList<PartitionRegistration> partitions)
    {
        Uuid id = Uuid.Create(_turn.Random);
        _records.Add(new MetadataRecord(new TopicRecord { Name = name, TopicId = id }, 0));
        // Configurations come before the partitions, so that a partition begins with them.
        foreach ((string key, string value) in configs)
        {
            _records.Add(AlterConfigs.Record(ConfigResource.Topic(name), key, value));
        }
        for (int i = 0; i < partitions.Count; i++)
        {
            _records.Add(partitions[i].ToRecord(id, i, _turn.MetadataVersion));
        }
        return new CreateTopicsResponse.CreatableTopicResult
        {
            Name = name,
            TopicId = id,
            ErrorMessage = null,
            NumPartitions = partitions.Count,
            ReplicationFactor = (short)partitions[0].Replicas.Length,
            Configs = [.. _turn.Configs.EffectiveTopicConfigs(_turn.Image, configs).Select(ToResponse)],
        };
    }

    private static CreateTopicsResponse.CreatableTopicConfigs ToResponse(EffectiveConfig config) => new()
    {
        Name = config.Name,
        Value = config.IsSensitive ? null : config.Value,
        ReadOnly = config.IsReadOnly,
        ConfigSource = config.Source,
        IsSensitive = config.IsSensitive,
    };

    private static CreateTopicsResponse.CreatableTopicResult Failed(string name, ApiError error) => new()
    {
        Name = name,
        ErrorCode = error.Code,
        ErrorMessage = error.Message,
    };
}
