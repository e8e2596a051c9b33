using Compat.Replication.Controller;
using Compat.Replication.Peers;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Logging;

namespace Compat.Replication.Partitions;

/// <summary>
/// Keeps the in-sync sets of the partitions that this broker leads: sends what leaders propose to the controller, many
/// partitions in one request and one request at a time, until it is answered or has become pointless; and looks at
/// intervals for followers that have fallen behind.
/// </summary>
public sealed partial class IsrKeeper : IIsrChanges, IAsyncDisposable
{
    private const short FirstVersion = 2;
    private const short FirstWithEpochs = 3;

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly Dictionary<Partition, IsrProposal> _waiting = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _brokerId;
    private readonly Func<long> _brokerEpoch;
    private readonly Func<IControllerChannel> _controller;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private ITimer? _timer;
    private Task _sending = Task.CompletedTask;

    /// <summary>Makes a keeper.</summary>
    /// <param name="brokerId">node.id of this broker.</param>
    /// <param name="brokerEpoch">The epoch of its registration.</param>
    /// <param name="controller">The way to the active controller, asked for when it is needed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where events are said.</param>
    public IsrKeeper(int brokerId, Func<long> brokerEpoch, Func<IControllerChannel> controller, TimeProvider time, ILogger<IsrKeeper> logger)
    {
        _brokerId = brokerId;
        _brokerEpoch = brokerEpoch;
        _controller = controller;
        _time = time;
        _logger = logger;
    }

    /// <summary>Begins to look for followers that have fallen behind, at half of replica.lag.time.max.ms.</summary>
    public void Start(PartitionRegistry partitions, long replicaLagTimeMaxMs)
    {
        var interval = TimeSpan.FromMilliseconds(Math.Max(1, replicaLagTimeMaxMs / 2));
        _timer = _time.CreateTimer(_ => RemoveLaggards(partitions), null, interval, interval);
    }

    /// <inheritdoc/>
    public void Submit(IsrProposal proposal)
    {
        lock (_lock)
        {
            // A later proposal of a partition is of a later state.
            _waiting[proposal.Partition] = proposal;
            if (_sending.IsCompleted && !_stopping.IsCancellationRequested)
            {
                _sending = Task.Run(SendAllAsync);
            }
        }
    }

    /// <summary>Stops; what is under way is not waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync().ConfigureAwait(false);
        }
        Task sending;
        lock (_lock)
        {
            _stopping.Cancel();
            sending = _sending;
        }
        await sending.ConfigureAwait(false);
    }

    /// <summary>The request for some proposals, in a version that both sides know; before version 3 members go without their epochs (KIP-903).</summary>
    internal static AlterPartitionRequest Describe(IEnumerable<IsrProposal> proposals, int brokerId, long brokerEpoch, short version)
    {
        var request = new AlterPartitionRequest { BrokerId = brokerId, BrokerEpoch = brokerEpoch };
        foreach (IGrouping<Uuid, IsrProposal> topic in proposals.GroupBy(proposal => proposal.Partition.TopicId))
        {
            request.Topics.Add(new() { TopicId = topic.Key, Partitions = [.. topic.Select(proposal => Describe(proposal, version))] });
        }
        return request;
    }

    /// <summary>What an answer says of a proposal.</summary>
    internal static IsrAnswer AnswerTo(IsrProposal proposal, AlterPartitionResponse response)
    {
        if (response.ErrorCode != ErrorCode.None)
        {
            return IsrAnswer.Refused(response.ErrorCode);
        }
        AlterPartitionResponse.PartitionData? found = response.Topics
            .Find(topic => topic.TopicId == proposal.Partition.TopicId)?.Partitions
            .Find(partition => partition.PartitionIndex == proposal.Partition.TopicPartition.Partition);
        return found is null
            ? IsrAnswer.Refused(ErrorCode.UnknownServerError)
            : new IsrAnswer(found.ErrorCode, found.LeaderEpoch, [.. found.Isr], found.PartitionEpoch);
    }

    private static AlterPartitionRequest.PartitionData Describe(IsrProposal proposal, short version) => new()
    {
        PartitionIndex = proposal.Partition.TopicPartition.Partition,
        LeaderEpoch = proposal.LeaderEpoch,
        PartitionEpoch = proposal.PartitionEpoch,
        NewIsr = version < FirstWithEpochs ? [.. proposal.NewIsr.Select(member => member.BrokerId)] : [],
        NewIsrWithEpochs = version < FirstWithEpochs ? [] : [.. proposal.NewIsr.Select(member => new AlterPartitionRequest.BrokerState
        {
            BrokerId = member.BrokerId,
            BrokerEpoch = member.BrokerEpoch,
        })],
    };

    private void RemoveLaggards(PartitionRegistry partitions)
    {
        foreach (Partition partition in partitions.All)
        {
            partition.RemoveLaggards();
        }
    }

    private async Task SendAllAsync()
    {
        try
        {
            while (Take() is { Length: > 0 } proposals)
            {
                PeerRequest<AlterPartitionResponse> request = PeerRequest.From(
                    ApiKey.AlterPartition, FirstVersion, AnswerTimeout, version => Describe(proposals, _brokerId, _brokerEpoch(), version));
                using PeerAnswer<AlterPartitionResponse> answer = await _controller().SendAsync(request, _stopping.Token).ConfigureAwait(false);
                if (Conclude(proposals, answer.IsAnswered ? answer.Response : null))
                {
                    await Task.Delay(RetryPause, _time, _stopping.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The controller will notice by other means.
        }
        catch (Exception e)
        {
            LogEnded(e);
            throw;
        }
    }

    private IsrProposal[] Take()
    {
        lock (_lock)
        {
            IsrProposal[] proposals = [.. _waiting.Values];
            _waiting.Clear();
            if (proposals.Length == 0)
            {
                // In the lock: who submits from now on starts the next sending.
                _sending = Task.CompletedTask;
            }
            return proposals;
        }
    }

    /// <summary>Tells the partitions; true if some proposals have to be sent again.</summary>
    private bool Conclude(IsrProposal[] proposals, AlterPartitionResponse? response)
    {
        bool isAgain = false;
        foreach (IsrProposal proposal in proposals)
        {
            IsrAnswer answer = response is null ? IsrAnswer.Refused(ErrorCode.NetworkException) : AnswerTo(proposal, response);
            if (answer.ErrorCode != ErrorCode.None)
            {
                LogRefused(proposal.Partition.TopicPartition, Format(proposal), answer.ErrorCode);
            }
            else
            {
                LogChanged(proposal.Partition.TopicPartition, string.Join(',', answer.Isr), answer.PartitionEpoch);
            }
            if (proposal.Partition.OnIsrAnswer(proposal, answer))
            {
                isAgain = true;
                lock (_lock)
                {
                    _waiting.TryAdd(proposal.Partition, proposal);
                }
            }
        }
        return isAgain;
    }

    private static string Format(IsrProposal proposal) => string.Join(',', proposal.NewIsr.Select(member => member.BrokerId));

    [LoggerMessage(Level = LogLevel.Critical, Message = "The in-sync replicas are kept no more")]
    private partial void LogEnded(Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "The in-sync replicas of {Partition} are {Isr} as of partition epoch {PartitionEpoch}")]
    private partial void LogChanged(TopicPartition partition, string isr, int partitionEpoch);

    [LoggerMessage(Level = LogLevel.Information, Message = "The in-sync replicas of {Partition} did not become {Isr}: {Code}")]
    private partial void LogRefused(TopicPartition partition, string isr, ErrorCode code);
}
