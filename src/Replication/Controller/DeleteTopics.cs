using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>
/// Decides DeleteTopics. Topics are named by name or by id; whoever is named twice, in whatever way, is refused.
/// </summary>
internal sealed class DeleteTopics
{
    private readonly ControllerTurn _turn;
    private readonly DeleteTopicsResponse _response = new();
    private readonly List<MetadataRecord> _records = [];

    private DeleteTopics(ControllerTurn turn) => _turn = turn;

    public static Decision<DeleteTopicsResponse> Decide(ControllerTurn turn, DeleteTopicsRequest request, short version)
    {
        if (!turn.Options.DeleteTopicEnable)
        {
            // Versions below 3 have no code of their own for it.
            ApiError disabled = version < 3
                ? new ApiError(ErrorCode.InvalidRequest, "This version does not support topic deletion.")
                : new ApiError(ErrorCode.TopicDeletionDisabled);
            return Decision<DeleteTopicsResponse>.Unchanged(Failure(request, disabled));
        }
        return new DeleteTopics(turn).Decide(request);
    }

    /// <summary>The answer that fails all topics of a request.</summary>
    public static DeleteTopicsResponse Failure(DeleteTopicsRequest request, ApiError error)
    {
        var response = new DeleteTopicsResponse();
        response.Responses.AddRange(request.TopicNames.Select(name => Result(name, Uuid.Zero, error)));
        response.Responses.AddRange(request.Topics.Select(topic => Result(topic.Name, topic.TopicId, error)));
        return response;
    }

    private Decision<DeleteTopicsResponse> Decide(DeleteTopicsRequest request)
    {
        var names = new RequestedOnce<string>();
        var ids = new RequestedOnce<Uuid>();
        foreach (string name in request.TopicNames)
        {
            names.Add(name);
        }
        foreach (DeleteTopicsRequest.DeleteTopicState topic in request.Topics)
        {
            Collect(topic, names, ids);
        }
        foreach (string name in names.Duplicates)
        {
            Answer(name, Uuid.Zero, new ApiError(ErrorCode.InvalidRequest, "Duplicate topic name."));
        }
        foreach (Uuid id in ids.Duplicates)
        {
            Answer(null, id, new ApiError(ErrorCode.InvalidRequest, "Duplicate topic id."));
        }
        Delete(Resolve(names, ids));
        return new Decision<DeleteTopicsResponse>(_records, _response);
    }

    private void Collect(DeleteTopicsRequest.DeleteTopicState topic, RequestedOnce<string> names, RequestedOnce<Uuid> ids)
    {
        bool hasId = topic.TopicId != Uuid.Zero;
        if (topic.Name is null && hasId)
        {
            ids.Add(topic.TopicId);
        }
        else if (topic.Name is not null && !hasId)
        {
            names.Add(topic.Name);
        }
        else
        {
            Answer(topic.Name, topic.TopicId, new ApiError(
                ErrorCode.InvalidRequest,
                hasId ? "You may not specify both topic name and topic id." : "Neither topic name nor id were specified."));
        }
    }

    private List<TopicImage> Resolve(RequestedOnce<string> names, RequestedOnce<Uuid> ids)
    {
        var found = new Dictionary<Uuid, TopicImage>();
        foreach (Uuid id in ids.Once)
        {
            if (_turn.Image.Topics.TryGet(id, out TopicImage? topic))
            {
                found.Add(id, topic);
            }
            else
            {
                Answer(null, id, new ApiError(ErrorCode.UnknownTopicId));
            }
        }
        foreach (string name in names.Once)
        {
            if (!_turn.Image.Topics.TryGet(name, out TopicImage? topic))
            {
                Answer(name, Uuid.Zero, new ApiError(ErrorCode.UnknownTopicOrPartition));
            }
            else if (ids.Duplicates.Contains(topic.Id) || !found.TryAdd(topic.Id, topic))
            {
                found.Remove(topic.Id);
                Answer(name, topic.Id, new ApiError(
                    ErrorCode.InvalidRequest, "The provided topic name maps to an ID that was already supplied."));
            }
        }
        return [.. found.Values];
    }

    private void Delete(List<TopicImage> topics)
    {
        foreach (TopicImage topic in topics)
        {
            _records.Add(new MetadataRecord(new RemoveTopicRecord { TopicId = topic.Id }, 0));
            Answer(topic.Name, topic.Id, ApiError.None);
        }
    }

    private void Answer(string? name, Uuid id, ApiError error) => _response.Responses.Add(Result(name, id, error));

    private static DeleteTopicsResponse.DeletableTopicResult Result(string? name, Uuid id, ApiError error) => new()
    {
        Name = name,
        TopicId = id,
        ErrorCode = error.Code,
        ErrorMessage = error.Message,
    };

    /// <summary>Keeps apart what was requested once and what several times.</summary>
    private sealed class RequestedOnce<T>
        where T : notnull
    {
        private readonly HashSet<T> _all = [];

        public HashSet<T> Duplicates { get; } = [];

        public IEnumerable<T> Once => _all.Where(item => !Duplicates.Contains(item));

        public void Add(T item)
        {
            if (!_all.Add(item))
            {
                Duplicates.Add(item);
            }
        }
    }
}
