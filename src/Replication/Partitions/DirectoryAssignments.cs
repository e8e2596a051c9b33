using Compat.Log;
using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Replication.Peers;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Partitions;

/// <summary>
/// Tells the controller in which log directory each replica of this broker is, wherever the metadata says something else
/// (KIP-858): the controller cannot know which of several directories a broker chose. What could not be told is told again.
/// To be added to the loader after the <see cref="PartitionRegistry"/>, which makes the logs.
/// </summary>
public sealed class DirectoryAssignments : IMetadataPublisher, IDisposable
{
    /// <summary>Most replicas of a request, as in Kafka.</summary>
    private const int MaxPerRequest = 2250;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<(Uuid TopicId, int Partition), Uuid> _untold = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _brokerId;
    private readonly LogManager _logs;
    private readonly Func<long> _brokerEpoch;
    private readonly IControllerChannel _controller;
    private readonly TimeProvider _time;
    private bool _isStarted;
    private bool _isTelling;

    /// <summary>Makes one that tells nothing before <see cref="Start"/>.</summary>
    /// <param name="brokerId">Which broker this is.</param>
    /// <param name="brokerEpoch">The epoch of its present registration.</param>
    /// <param name="logs">Knows where the logs are.</param>
    /// <param name="controller">The way to the active controller.</param>
    /// <param name="time">For the pauses between attempts.</param>
    public DirectoryAssignments(int brokerId, Func<long> brokerEpoch, LogManager logs, IControllerChannel controller, TimeProvider time)
    {
        _brokerId = brokerId;
        _brokerEpoch = brokerEpoch;
        _logs = logs;
        _controller = controller;
        _time = time;
    }

    /// <summary>How many replicas the controller has still to be told of.</summary>
    public int UntoldCount
    {
        get
        {
            lock (_lock)
            {
                return _untold.Count;
            }
        }
    }

    /// <summary>Begins to tell, once the broker has registered.</summary>
    public void Start()
    {
        lock (_lock)
        {
            _isStarted = true;
        }
        MaybeTell();
    }

    /// <inheritdoc/>
    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage image)
    {
        foreach (TopicDelta topic in delta.Topics?.Changed ?? [])
        {
            foreach ((int index, PartitionRegistration registration) in topic.ChangedPartitions)
            {
                if (registration.Replicas.Contains(_brokerId))
                {
                    Compare(topic, index, registration.DirectoryOf(_brokerId));
                }
            }
        }
        MaybeTell();
    }

    /// <summary>Tells nothing more.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private void Compare(TopicDelta topic, int index, Uuid told)
    {
        LogDirectory? directory = _logs.DirectoryOf(new TopicPartition(topic.Name, index));
        lock (_lock)
        {
            if (directory is null || !directory.IsOnline || directory.DirectoryId == told)
            {
                _untold.Remove((topic.Id, index));
            }
            else
            {
                _untold[(topic.Id, index)] = directory.DirectoryId;
            }
        }
    }

    private void MaybeTell()
    {
        lock (_lock)
        {
            if (_isTelling || !_isStarted || _untold.Count == 0 || _stopping.IsCancellationRequested)
            {
                return;
            }
            _isTelling = true;
        }
        _ = TellAsync(_stopping.Token);
    }

    private async Task TellAsync(CancellationToken cancellation)
    {
        // Whoever publishes an image must not wait for the next one.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        TimeSpan pause = FirstPause;
        try
        {
            while (NextToTell() is { Count: > 0 } next)
            {
                using PeerAnswer<AssignReplicasToDirsResponse> answer = await _controller.SendAsync(PeerRequest.Of(Request(next), Timeout), cancellation)
                    .ConfigureAwait(false);
                if (answer.IsAnswered && answer.Response.ErrorCode == ErrorCode.None)
                {
                    Forget(next);
                    pause = FirstPause;
                    continue;
                }
                await Task.Delay(pause, _time, cancellation).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
        catch (OperationCanceledException)
        {
            // The broker stops; the next one begins with a comparison of everything.
        }
    }

    private List<(Uuid TopicId, int Partition, Uuid Directory)> NextToTell()
    {
        lock (_lock)
        {
            _isTelling = _untold.Count > 0;
            return [.. _untold.Take(MaxPerRequest).Select(each => (each.Key.TopicId, each.Key.Partition, each.Value))];
        }
    }

    // A replica that the controller refuses is gone or about to be: the metadata will say so.
    private void Forget(List<(Uuid TopicId, int Partition, Uuid Directory)> told)
    {
        lock (_lock)
        {
            foreach ((Uuid topicId, int partition, Uuid directory) in told)
            {
                if (_untold.GetValueOrDefault((topicId, partition)) == directory)
                {
                    _untold.Remove((topicId, partition));
                }
            }
        }
    }

    private AssignReplicasToDirsRequest Request(List<(Uuid TopicId, int Partition, Uuid Directory)> replicas) => new()
    {
        BrokerId = _brokerId,
        BrokerEpoch = _brokerEpoch(),
        Directories =
        [
            .. replicas.GroupBy(replica => replica.Directory).Select(directory => new AssignReplicasToDirsRequest.DirectoryData
            {
                Id = directory.Key,
                Topics =
                [
                    .. directory.GroupBy(replica => replica.TopicId).Select(topic => new AssignReplicasToDirsRequest.TopicData
                    {
                        TopicId = topic.Key,
                        Partitions =
                        [
                            .. topic.Select(replica => new AssignReplicasToDirsRequest.PartitionData { PartitionIndex = replica.Partition }),
                        ],
                    }),
                ],
            }),
        ],
    };
}
