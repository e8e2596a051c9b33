using Compat.Replication.Peers;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Simulation.Clients;

/// <summary>Commits a growing offset for a group and asks for it: what was acknowledged never goes back, wherever the coordinator is.</summary>
internal sealed class Committer(SimulationContext context, int number)
{
    private readonly ClusterClient _client = new(context, number, $"committer {number}");
    private readonly string _group = $"group-{number}";
    private long _acknowledged = -1;
    private long _asked = -1;
    private int? _coordinator;

    public int Commits { get; private set; }

    public async Task RunAsync()
    {
        await _client.FindLeaderAsync(SimulationContext.Topic, 0);
        while (!context.IsEnding)
        {
            await (_client.Random.Next(3) == 0 ? FetchAsync() : CommitAsync());
            await _client.PauseAsync(5, 300);
        }
    }

    /// <summary>Asks until it is answered; for the end, when all is well again.</summary>
    public async Task CheckAsync()
    {
        while (!await FetchAsync())
        {
            await _client.PauseAsync(10, 100);
        }
    }

    private async Task<bool> CommitAsync()
    {
        long offset = ++_asked;
        var request = new OffsetCommitRequest
        {
            GroupId = _group,
            Topics =
            [
                new OffsetCommitRequest.OffsetCommitRequestTopic
                {
                    Name = SimulationContext.Topic,
                    TopicId = _client.TopicId(SimulationContext.Topic),
                    Partitions = [new OffsetCommitRequest.OffsetCommitRequestPartition { PartitionIndex = 0, CommittedOffset = offset, CommittedMetadata = "" }],
                },
            ],
        };
        if (await FindCoordinatorAsync() is not { } coordinator)
        {
            return false;
        }

        using PeerAnswer<OffsetCommitResponse> answer = await _client.AskAsync(coordinator, ClusterClient.Request(request));
        if (answer.IsAnswered && answer.Response.Topics[0].Partitions[0].ErrorCode == ErrorCode.None)
        {
            _acknowledged = Math.Max(_acknowledged, offset);
            Commits++;
            return true;
        }

        _coordinator = null;
        return false;
    }

    private async Task<bool> FetchAsync()
    {
        if (await FindCoordinatorAsync() is not { } coordinator)
        {
            return false;
        }

        long least = _acknowledged;
        var request = new OffsetFetchRequest
        {
            Groups =
            [
                new OffsetFetchRequest.OffsetFetchRequestGroup
                {
                    GroupId = _group,
                    Topics =
                    [
                        new OffsetFetchRequest.OffsetFetchRequestTopics
                        {
                            Name = SimulationContext.Topic,
                            TopicId = _client.TopicId(SimulationContext.Topic),
                            PartitionIndexes = [0],
                        },
                    ],
                },
            ],
        };
        using PeerAnswer<OffsetFetchResponse> answer = await _client.AskAsync(coordinator, ClusterClient.Request(8, request));
        if (!answer.IsAnswered || answer.Response.Groups is not [{ ErrorCode: ErrorCode.None, Topics: [{ Partitions: [{ ErrorCode: ErrorCode.None } found] }] }])
        {
            _coordinator = null;
            return false;
        }

        if (found.CommittedOffset < least || found.CommittedOffset > _asked)
        {
            throw new Time.SimulationException(
                $"{_group} has committed {least}, asked for at most {_asked}, and node {coordinator} answers {found.CommittedOffset}");
        }

        return true;
    }

    private async Task<int?> FindCoordinatorAsync()
    {
        if (_coordinator is not null)
        {
            return _coordinator;
        }

        using PeerAnswer<FindCoordinatorResponse> answer =
            await _client.AskAnyAsync(ClusterClient.Request(4, new FindCoordinatorRequest { CoordinatorKeys = [_group] }));
        return _coordinator = answer.IsAnswered && answer.Response.Coordinators is [{ ErrorCode: ErrorCode.None } found] ? found.NodeId : null;
    }
}
