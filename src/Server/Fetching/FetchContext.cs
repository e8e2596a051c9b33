using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Fetching;

/// <summary>
/// The part of a Fetch that is about sessions: which partitions it reads, and which of the results its answer holds.
/// </summary>
internal sealed class FetchContext
{
    private readonly FetchSessionCache _cache;
    private readonly FetchSession? _session;
    private readonly int _sessionEpoch;
    private readonly bool _wantsSession;
    private readonly bool _usesTopicIds;

    private FetchContext(
        FetchSessionCache cache, IReadOnlyList<FetchTarget> targets, bool usesTopicIds, bool wantsSession, FetchSession? session, ErrorCode error)
    {
        _cache = cache;
        Targets = targets;
        _usesTopicIds = usesTopicIds;
        _wantsSession = wantsSession;
        _session = session;
        _sessionEpoch = session?.Epoch ?? FetchEpoch.Final;
        ErrorCode = error;
    }

    /// <summary>Why there is nothing to read; None if there is.</summary>
    public ErrorCode ErrorCode { get; }

    /// <summary>What is to be read, in order.</summary>
    public IReadOnlyList<FetchTarget> Targets { get; }

    /// <summary>Finds or prepares the session that a request asks for, and what it reads.</summary>
    public static FetchContext Create(FetchSessionCache cache, FetchRequest request, bool usesTopicIds)
    {
        if (request.SessionEpoch is not (FetchEpoch.Initial or FetchEpoch.Final))
        {
            return Continue(cache, request, usesTopicIds);
        }

        // A full request ends the session that it names.
        cache.Remove(request.SessionId);
        bool wantsSession = request.SessionEpoch == FetchEpoch.Initial;
        return new FetchContext(cache, ListTargets(request, usesTopicIds), usesTopicIds, wantsSession, session: null, ErrorCode.None);
    }

    /// <summary>
    /// Makes the answer from what was read, in the order of <see cref="Targets"/>. Within a session it holds what the
    /// client does not know yet.
    /// </summary>
    public FetchResponse Answer(IReadOnlyList<(FetchKey Key, FetchResponse.PartitionData Data)> results)
    {
        var response = new FetchResponse { SessionId = FetchEpoch.NoSession, ErrorCode = ErrorCode };
        if (_session is not null)
        {
            AnswerWithinSession(response, _session, results);
            return response;
        }

        foreach ((FetchKey key, FetchResponse.PartitionData data) in results)
        {
            Add(response, key, data);
        }

        if (_wantsSession && _cache.TryCreate(results.Count, _usesTopicIds) is FetchSession created)
        {
            Remember(created, results);
            response.SessionId = created.Id;
        }

        return response;
    }

    private static FetchContext Continue(FetchSessionCache cache, FetchRequest request, bool usesTopicIds)
    {
        FetchSession? session = cache.Find(request.SessionId);
        if (session is null)
        {
            return Refuse(cache, ErrorCode.FetchSessionIdNotFound);
        }

        lock (session)
        {
            if (session.Epoch != request.SessionEpoch)
            {
                return Refuse(cache, ErrorCode.InvalidFetchSessionEpoch);
            }

            if (session.UsesTopicIds != usesTopicIds)
            {
                return Refuse(cache, ErrorCode.FetchSessionTopicIdError);
            }

            Update(session, request, usesTopicIds);
            if (session.Count == 0)
            {
                cache.Remove(session.Id);
                return new FetchContext(cache, [], usesTopicIds, wantsSession: false, session: null, ErrorCode.None);
            }

            session.Epoch = FetchEpoch.Next(session.Epoch);
            return new FetchContext(cache, [.. session.Targets], usesTopicIds, wantsSession: false, session, ErrorCode.None);
        }
    }

    private static FetchContext Refuse(FetchSessionCache cache, ErrorCode error) =>
        new(cache, [], usesTopicIds: false, wantsSession: false, session: null, error);

    private static void Update(FetchSession session, FetchRequest request, bool usesTopicIds)
    {
        foreach (FetchTarget target in ListTargets(request, usesTopicIds))
        {
            session.Set(target);
        }

        foreach (FetchRequest.ForgottenTopic topic in request.ForgottenTopicsData)
        {
            foreach (int partition in topic.Partitions)
            {
                session.Forget(KeyOf(topic.Topic, topic.TopicId, partition, usesTopicIds));
            }
        }
    }

    private static List<FetchTarget> ListTargets(FetchRequest request, bool usesTopicIds)
    {
        var targets = new List<FetchTarget>();
        foreach (FetchRequest.FetchTopic topic in request.Topics)
        {
            foreach (FetchRequest.FetchPartition partition in topic.Partitions)
            {
                FetchKey key = KeyOf(topic.Topic, topic.TopicId, partition.Partition, usesTopicIds);
                targets.Add(new FetchTarget(
                    key, partition.FetchOffset, partition.PartitionMaxBytes, partition.CurrentLeaderEpoch, partition.LastFetchedEpoch, partition.LogStartOffset));
            }
        }

        return targets;
    }

    private static FetchKey KeyOf(string topic, Uuid topicId, int partition, bool usesTopicIds) =>
        usesTopicIds ? new FetchKey("", topicId, partition) : new FetchKey(topic, Uuid.Zero, partition);

    private void AnswerWithinSession(
        FetchResponse response, FetchSession session, IReadOnlyList<(FetchKey Key, FetchResponse.PartitionData Data)> results)
    {
        lock (session)
        {
            if (session.Epoch != _sessionEpoch)
            {
                // The client went on without waiting for this answer.
                response.ErrorCode = ErrorCode.InvalidFetchSessionEpoch;
                return;
            }

            response.SessionId = session.Id;
            foreach ((FetchKey key, FetchResponse.PartitionData data) in results)
            {
                if (session.MustTell(key, data))
                {
                    Add(response, key, data);
                }
            }
        }
    }

    private void Remember(FetchSession session, IReadOnlyList<(FetchKey Key, FetchResponse.PartitionData Data)> results)
    {
        lock (session)
        {
            for (int i = 0; i < results.Count; i++)
            {
                session.Set(Targets[i]).Remember(results[i].Data);
            }
        }
    }

    private static void Add(FetchResponse response, FetchKey key, FetchResponse.PartitionData data)
    {
        FetchResponse.FetchableTopicResponse? topic = response.Responses.Count > 0 ? response.Responses[^1] : null;
        if (topic is null || topic.Topic != key.Topic || topic.TopicId != key.TopicId)
        {
            topic = new FetchResponse.FetchableTopicResponse { Topic = key.Topic, TopicId = key.TopicId };
            response.Responses.Add(topic);
        }

        topic.Partitions.Add(data);
    }
}
