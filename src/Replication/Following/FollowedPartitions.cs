using Compat.Log.Epochs;
using Compat.Replication.Partitions;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Logging;

namespace Compat.Replication.Following;

/// <summary>
/// The partitions that one fetcher follows: what their leader is to be asked next, and what its answers do to their logs.
/// Knows no clock and no connection, so a simulation runs it step by step.
/// </summary>
internal sealed partial class FollowedPartitions
{
    /// <summary>How long a throttled partition rests before its quota is looked at again.</summary>
    private const int ThrottledMs = 100;

    private readonly Lock _lock = new();
    private readonly Dictionary<FollowedKey, FollowedPartition> _partitions = [];

    // Not yet told to the leader: who moved, and who is out.
    private readonly HashSet<FollowedPartition> _moved = [];
    private readonly HashSet<FollowedKey> _forgotten = [];

    // Not to be fetched now.
    private readonly HashSet<FollowedPartition> _pausing = [];
    private readonly HashSet<FollowedPartition> _outOfRange = [];
    private readonly FetcherSession _session = new();
    private readonly ReplicaFetchOptions _options;
    private readonly ILogger _logger;

    public FollowedPartitions(ReplicaFetchOptions options, ILogger logger)
    {
        _options = options;
        _logger = logger;
    }

    /// <summary>How many partitions there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _partitions.Count;
            }
        }
    }

    /// <summary>When the next pause ends, ms of the monotonic clock; null if none lasts.</summary>
    public long? NextReadyMs
    {
        get
        {
            lock (_lock)
            {
                return _pausing.Count == 0 ? null : _pausing.Min(partition => partition.ReadyAtMs);
            }
        }
    }

    /// <summary>Follows a partition in a leader epoch, in place of an earlier one.</summary>
    public void Set(Partition partition, int leaderEpoch)
    {
        lock (_lock)
        {
            var followed = new FollowedPartition(partition, leaderEpoch);
            if (_partitions.GetValueOrDefault(followed.Key) is { } earlier)
            {
                Forget(earlier);
            }
            _partitions[followed.Key] = followed;
            _moved.Add(followed);
        }
    }

    /// <summary>Follows a partition no more.</summary>
    public void Remove(Partition partition)
    {
        lock (_lock)
        {
            if (_partitions.GetValueOrDefault(new FollowedKey(partition.TopicId, partition.TopicPartition.Partition)) is { } followed)
            {
                Drop(followed);
            }
        }
    }

    /// <summary>
    /// The request to be sent now; null if there is nothing to be fetched. There is one request at a time, and each is
    /// followed by <see cref="OnAnswer"/> or <see cref="OnFailure"/>.
    /// </summary>
    public FetchRequest? NextRequest(long nowMs)
    {
        lock (_lock)
        {
            EndPauses(nowMs);
            if (_partitions.Count == _pausing.Count + _outOfRange.Count)
            {
                RestartSession();
                return null;
            }
            var request = new FetchRequest
            {
                MaxWaitMs = MaxWaitMs(nowMs),
                MinBytes = _options.MinBytes,
                MaxBytes = _options.MaxBytes,
                SessionId = _session.Id,
                SessionEpoch = _session.Epoch,
            };
            AddPartitions(request);
            return request;
        }
    }

    /// <summary>Appends, truncates or pauses by an answer.</summary>
    public void OnAnswer(FetchResponse response, long nowMs)
    {
        lock (_lock)
        {
            if (response.ErrorCode != ErrorCode.None)
            {
                LogSessionError(response.ErrorCode);
                RestartSession(response.ErrorCode);
                return;
            }
            if (!_session.Continue(response.SessionId))
            {
                RestartSession();
                return;
            }
            foreach (FetchResponse.FetchableTopicResponse topic in response.Responses)
            {
                foreach (FetchResponse.PartitionData data in topic.Partitions)
                {
                    // What was set anew meanwhile, or has moved otherwise, is asked for again.
                    if (_partitions.GetValueOrDefault(new FollowedKey(topic.TopicId, data.PartitionIndex)) is { IsAwaiting: true } followed)
                    {
                        Take(followed, data, nowMs);
                    }
                }
            }
            if (_session.IsFull)
            {
                RestartSession();
            }
        }
    }

    /// <summary>Notes that there was no answer: the leader may have carried the request out, so the session is over.</summary>
    public void OnFailure()
    {
        lock (_lock)
        {
            RestartSession();
        }
    }

    /// <summary>Those whose leader's offsets have to be found before they can be fetched.</summary>
    public IReadOnlyList<FollowedPartition> OutOfRange
    {
        get
        {
            lock (_lock)
            {
                return [.. _outOfRange];
            }
        }
    }

    /// <summary>Goes on with a partition that was out of range, from where its leader's log is.</summary>
    /// <param name="followed">The partition.</param>
    /// <param name="error">Why the offsets could not be found; None if they could.</param>
    /// <param name="startOffset">Where the leader's log starts.</param>
    /// <param name="endOffset">Where it ends.</param>
    /// <param name="nowMs">Now.</param>
    public void OnOffsets(FollowedPartition followed, ErrorCode error, long startOffset, long endOffset, long nowMs)
    {
        lock (_lock)
        {
            if (!_outOfRange.Remove(followed))
            {
                return;
            }
            followed.IsOutOfRange = false;
            ErrorCode code = error != ErrorCode.None
                ? error
                : Try(followed, () => followed.Partition.ResetToLeader(followed.LeaderEpoch, startOffset, endOffset));
            Conclude(followed, code, nowMs);
        }
    }

    /// <summary>A leader without news is not waited for beyond the end of the next pause.</summary>
    private int MaxWaitMs(long nowMs)
    {
        long? readyMs = _pausing.Min(partition => partition.ReadyAtMs);
        return readyMs is { } ms ? (int)Math.Clamp(ms - nowMs, 0, _options.MaxWaitMs) : _options.MaxWaitMs;
    }

    private void AddPartitions(FetchRequest request)
    {
        IEnumerable<FollowedPartition> asked = _session.IsFull ? _partitions.Values : _moved;
        foreach (IGrouping<Uuid, FollowedPartition> topic in asked.Where(each => each.IsReady).GroupBy(each => each.Partition.TopicId))
        {
            var asking = new FetchRequest.FetchTopic { TopicId = topic.Key };
            asking.Partitions.AddRange(topic.Select(each => each.Ask(_options.PartitionMaxBytes)));
            request.Topics.Add(asking);
        }
        foreach (IGrouping<Uuid, FollowedKey> topic in _forgotten.Where(IsOut).GroupBy(key => key.TopicId))
        {
            request.ForgottenTopicsData.Add(new() { TopicId = topic.Key, Partitions = [.. topic.Select(key => key.Partition)] });
        }
        _moved.Clear();
        _forgotten.Clear();

        bool IsOut(FollowedKey key) => !_session.IsFull && _partitions.GetValueOrDefault(key) is not { IsInSession: true };
    }

    private void Take(FollowedPartition followed, FetchResponse.PartitionData data, long nowMs)
    {
        Partition partition = followed.Partition;
        ErrorCode code = data.ErrorCode;
        if (code == ErrorCode.None)
        {
            code = data.DivergingEpoch.EndOffset < 0
                ? Try(followed, () => partition.AppendAsFollower(followed.LeaderEpoch, data))
                : Try(followed, () => partition.TruncateToDivergence(followed.LeaderEpoch, new EpochEndOffset(data.DivergingEpoch.Epoch, data.DivergingEpoch.EndOffset)));
            Conclude(followed, code, nowMs);
            CountFetched(followed, data, nowMs);
            return;
        }
        if (code == ErrorCode.OffsetOutOfRange)
        {
            Forget(followed);
            followed.IsOutOfRange = true;
            _outOfRange.Add(followed);
            return;
        }
        // Fenced: there is a newer leader, of whom the image will tell. Unknown: the leader has not heard of its election
        // yet. In every case asking again costs little and ends when the image changes.
        Conclude(followed, code, nowMs);
    }

    private void Conclude(FollowedPartition followed, ErrorCode code, long nowMs)
    {
        switch (code)
        {
            case ErrorCode.None:
                followed.Failures = 0;
                if (followed.HasMoved)
                {
                    _moved.Add(followed);
                }
                break;
            case ErrorCode.KafkaStorageError when followed.Partition.Log.IsFailed || followed.Partition.Log.IsClosed:
                LogGivenUp(followed.Partition.TopicPartition);
                Drop(followed);
                break;
            default:
                Pause(followed, code, nowMs);
                break;
        }
    }

    /// <summary>Counts what was fetched against the quota of replicas that are throttled, and rests if that is used up.</summary>
    private void CountFetched(FollowedPartition followed, FetchResponse.PartitionData data, long nowMs)
    {
        followed.LeaderHighWatermark = data.HighWatermark;
        _options.Throttle?.CountFetched(followed.Partition, data.Records.Size);
        if (followed.IsReady && IsHeld(followed))
        {
            Rest(followed, nowMs + ThrottledMs);
        }
    }

    private bool IsHeld(FollowedPartition followed) =>
        _options.Throttle?.HoldsFetch(followed.Partition, followed.LeaderHighWatermark) ?? false;

    private void Pause(FollowedPartition followed, ErrorCode code, long nowMs)
    {
        long pauseMs = _options.PauseMs(followed.Failures++);
        if (pauseMs == _options.BackoffMs)
        {
            LogPaused(followed.Partition.TopicPartition, code);
        }
        Rest(followed, nowMs + pauseMs);
    }

    private void Rest(FollowedPartition followed, long untilMs)
    {
        Forget(followed);
        followed.ReadyAtMs = untilMs;
        _pausing.Add(followed);
    }

    private ErrorCode Try(FollowedPartition followed, Func<ErrorCode> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            LogFailed(followed.Partition.TopicPartition, e);
            return ErrorCode.KafkaStorageError;
        }
    }

    private void EndPauses(long nowMs)
    {
        foreach (FollowedPartition followed in _pausing.Where(each => each.ReadyAtMs <= nowMs).ToArray())
        {
            if (IsHeld(followed))
            {
                followed.ReadyAtMs = nowMs + ThrottledMs;
                continue;
            }
            _pausing.Remove(followed);
            followed.ReadyAtMs = null;
            _moved.Add(followed);
        }
    }

    /// <summary>Takes a partition out of the session.</summary>
    private void Forget(FollowedPartition followed)
    {
        if (followed.IsInSession)
        {
            followed.IsInSession = false;
            _forgotten.Add(followed.Key);
        }
        _moved.Remove(followed);
        _pausing.Remove(followed);
        _outOfRange.Remove(followed);
    }

    private void Drop(FollowedPartition followed)
    {
        Forget(followed);
        _partitions.Remove(followed.Key);
    }

    private void RestartSession(ErrorCode error = ErrorCode.None)
    {
        _session.Restart(error);
        _moved.Clear();
        _forgotten.Clear();
        foreach (FollowedPartition followed in _partitions.Values)
        {
            followed.IsInSession = false;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The fetch session begins again: {Code}")]
    private partial void LogSessionError(ErrorCode code);

    [LoggerMessage(Level = LogLevel.Information, Message = "Fetching {Partition} pauses: {Code}")]
    private partial void LogPaused(TopicPartition partition, ErrorCode code);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Partition} is followed no more: its log directory is offline")]
    private partial void LogGivenUp(TopicPartition partition);

    [LoggerMessage(Level = LogLevel.Error, Message = "Following {Partition} failed")]
    private partial void LogFailed(TopicPartition partition, Exception exception);
}
