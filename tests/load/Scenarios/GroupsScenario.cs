using System.Diagnostics;
using Compat.Load.Model;
using Compat.Load.Protocol;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Load.Scenarios;

/// <summary>Many groups of many members that all join at once; a group has settled when every member has its assignment.</summary>
internal sealed class GroupsScenario : Scenario
{
    private const int SessionTimeoutMs = 30_000;
    private readonly Step _settled;
    private readonly Step _heartbeats;

    public GroupsScenario()
    {
        _settled = AddStep("settled");
        _heartbeats = AddStep("heartbeat");
    }

    public override string Name => "groups";

    public override bool EndsByItself => true;

    public override string Summary => "groups --groups 100 --members 10: all join at once, until every member has an assignment";

    public override async Task RunAsync(LoadContext context, int copy)
    {
        var groups = context.Options.Number("groups", 100);
        var members = context.Options.Number("members", 10);
        var started = Stopwatch.GetTimestamp();
        var work = Enumerable.Range(0, groups)
            .SelectMany(group => Enumerable.Range(0, members).Select(_ => JoinAsync(context, $"{context.RunName}-{group}", members, started)))
            .ToArray();
        await Task.WhenAll(work);
        Figures["seconds until all had settled"] = Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private async Task JoinAsync(LoadContext context, string group, int members, long started)
    {
        using var connection = await OpenCoordinatorAsync(context, group);
        var member = "";
        while (true)
        {
            var joined = await connection.SendAsync(Join(group, member));
            if (joined.ErrorCode is ErrorCode.MemberIdRequired or ErrorCode.None)
            {
                member = joined.MemberId;
            }

            if (joined.ErrorCode != ErrorCode.None)
            {
                Expect(joined.ErrorCode, ErrorCode.MemberIdRequired, ErrorCode.RebalanceInProgress, ErrorCode.CoordinatorLoadInProgress, ErrorCode.NotCoordinator);
                continue;
            }

            var synced = await connection.SendAsync(Sync(group, member, joined));
            if (synced.ErrorCode != ErrorCode.None)
            {
                Expect(synced.ErrorCode, ErrorCode.RebalanceInProgress, ErrorCode.IllegalGeneration);
                continue;
            }

            if (await StaysAsync(connection, group, member, joined.GenerationId, joined.Leader == member ? joined.Members.Count : 0, members))
            {
                _settled.Record(started, 0);
                return;
            }
        }
    }

    /// <summary>Heartbeats until the group asks for another join; a leader that sees every member knows it will not.</summary>
    private async Task<bool> StaysAsync(KafkaConnection connection, string group, string member, int generation, int seen, int members)
    {
        while (true)
        {
            var sent = Stopwatch.GetTimestamp();
            var beat = await connection.SendAsync(new HeartbeatRequest { GroupId = group, MemberId = member, GenerationId = generation });
            _heartbeats.Record(sent, 0);
            if (beat.ErrorCode == ErrorCode.RebalanceInProgress || beat.ErrorCode == ErrorCode.IllegalGeneration)
            {
                return false;
            }

            Expect(beat.ErrorCode);
            var described = await connection.SendAsync(new DescribeGroupsRequest { Groups = { group } });
            if (seen == members || (described.Groups[0].GroupState == "Stable" && described.Groups[0].Members.Count == members))
            {
                return true;
            }

            await Task.Delay(20);
        }
    }

    private static async Task<KafkaConnection> OpenCoordinatorAsync(LoadContext context, string group)
    {
        using var bootstrap = await KafkaConnection.OpenAsync(context.BootstrapServers);
        while (true)
        {
            var found = await bootstrap.SendAsync(new FindCoordinatorRequest { CoordinatorKeys = { group } });
            var coordinator = found.Coordinators[0];
            if (coordinator.ErrorCode == ErrorCode.None)
            {
                return await KafkaConnection.OpenAsync($"{coordinator.Host}:{coordinator.Port}");
            }

            Expect(coordinator.ErrorCode, ErrorCode.CoordinatorNotAvailable);
            await Task.Delay(20);
        }
    }

    private static JoinGroupRequest Join(string group, string member) => new()
    {
        GroupId = group,
        MemberId = member,
        ProtocolType = "consumer",
        SessionTimeoutMs = SessionTimeoutMs,
        RebalanceTimeoutMs = SessionTimeoutMs,
        Protocols = { new JoinGroupRequest.JoinGroupRequestProtocol { Name = "range", Metadata = new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } } },
    };

    private static SyncGroupRequest Sync(string group, string member, JoinGroupResponse joined) => new()
    {
        GroupId = group,
        MemberId = member,
        GenerationId = joined.GenerationId,
        ProtocolType = joined.ProtocolType,
        ProtocolName = joined.ProtocolName,
        Assignments = [.. joined.Members.Select(each => new SyncGroupRequest.SyncGroupRequestAssignment { MemberId = each.MemberId, Assignment = new byte[] { 1 } })],
    };

    private static void Expect(ErrorCode actual, params ErrorCode[] also)
    {
        if (actual != ErrorCode.None && !also.Contains(actual))
        {
            throw new InvalidOperationException($"the broker answered {actual}");
        }
    }
}
