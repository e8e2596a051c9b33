using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Compat.Coordination.Groups;
using Compat.Coordination.Groups.Classic;
using Compat.Coordination.Groups.Records;
using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Tests.Groups.Conversations;

/// <summary>
/// Carries out a script: lines that begin with '>' are what clients, time and operators do to the group "g", the lines below each are
/// what comes of it. Member ids are shown as name#1, name#2 in the order in which they were given out.
/// </summary>
internal sealed partial class Conversation
{
    private readonly StringBuilder _output = new();
    private readonly Dictionary<string, Client> _clients = [];
    private readonly Dictionary<string, string> _names = [];
    private ShardDriver _shard = new();
    private string _state = "";

    /// <summary>The script with everything below its commands made anew.</summary>
    public static string Replay(string script)
    {
        var conversation = new Conversation();
        foreach (string line in script.Split('\n'))
        {
            if (line.StartsWith('>'))
            {
                conversation._output.AppendLine(line);
                conversation.Do(line[1..].Split(' ', StringSplitOptions.RemoveEmptyEntries));
            }
            else if (line.StartsWith('#') || line.Length == 0)
            {
                conversation._output.AppendLine(line);
            }
        }

        return conversation._output.ToString().ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
    }

    private void Do(string[] words)
    {
        Dictionary<string, string> options = words.Where(word => word.Contains('=')).Select(word => word.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        string subject = words.Skip(1).FirstOrDefault(word => !word.Contains('=')) ?? "";
        switch (words[0])
        {
            case "config":
                _shard = new ShardDriver(new GroupCoordinatorConfig
                {
                    InitialRebalanceDelayMs = Number(options, "initial-delay", 3000),
                    MaxSize = Number(options, "max-size", int.MaxValue),
                });
                break;
            case "join":
                ClientOf(subject, options).AskToJoin();
                break;
            case "sync":
                Sync(_clients[subject], options);
                break;
            case "heartbeat":
                Say($"{subject}: {_clients[subject].Member.Heartbeat()}");
                break;
            case "commit":
                string[] place = words[2].Split('-');
                Say($"{subject}: {_clients[subject].Member.Commit(long.Parse(words[3], CultureInfo.InvariantCulture), place[0], int.Parse(place[1], CultureInfo.InvariantCulture))}");
                break;
            case "leave":
                Say($"{subject}: {_clients[subject].Member.Leave().Members[0].ErrorCode}");
                break;
            case "wait":
                _shard.Advance(long.Parse(subject, CultureInfo.InvariantCulture));
                break;
            case "restart":
                _shard.Restart();
                break;
            case "offset":
                string[] wanted = subject.Split('-');
                Say($"{_shard.Fetch("g", wanted[0], int.Parse(wanted[1], CultureInfo.InvariantCulture)).CommittedOffset}");
                break;
            case "delete":
                Say($"{_shard.Delete("g")}");
                break;
            default:
                throw new FormatException($"Nobody knows how to {words[0]}.");
        }

        Report();
    }

    private Client ClientOf(string name, Dictionary<string, string> options)
    {
        if (!_clients.TryGetValue(name, out Client? client) || options.ContainsKey("anew"))
        {
            byte[] metadata = Member.Subscription(options.GetValueOrDefault("topics", "t").Split(','));
            _clients[name] = client = new Client(new Member(_shard, name)
            {
                InstanceId = options.GetValueOrDefault("instance"),
                Version = (short)Number(options, "version", 9),
                SessionTimeoutMs = Number(options, "session", 10_000),
                RebalanceTimeoutMs = Number(options, "rebalance", 60_000),
                Protocols = [.. options.GetValueOrDefault("protocols", "range").Split(',').Select(protocol => (protocol, metadata))],
            });
        }
        else if (options.TryGetValue("topics", out string? topics))
        {
            client.Member.Protocols = [.. client.Member.Protocols.Select(protocol => (protocol.Name, Member.Subscription(topics.Split(','))))];
        }

        return client;
    }

    private void Sync(Client client, Dictionary<string, string> options)
    {
        (string MemberId, string Assignment)[] assignments = [.. options.Select(option => (_clients[option.Key].Member.MemberId, option.Value))];
        client.Member.Sync(assignments);
    }

    private void Report()
    {
        foreach (CoordinatorRecord record in _shard.Records)
        {
            Say($"log: {Describe(record)}");
        }

        foreach ((string name, Client client) in _clients)
        {
            if (client.TakeJoined() is { } joined)
            {
                Say($"{name}: {Describe(joined)}");
            }

            if (client.TakeSynced() is { } synced)
            {
                Say(synced.ErrorCode == ErrorCode.None ? $"{name}: assigned '{Encoding.UTF8.GetString(synced.Assignment.Span)}'" : $"{name}: {synced.ErrorCode}");
            }
        }

        string state = _shard.Shard.Groups.TryGetValue("g", out Coordination.Groups.Group? group) ? $"{group.StateName}, generation {((ClassicGroup)group).Generation}" : "no group";
        if (state != _state)
        {
            Say($"-- {state}");
            _state = state;
        }
    }

    private static string Describe(JoinGroupResponse joined)
    {
        if (joined.ErrorCode != ErrorCode.None)
        {
            return joined.ErrorCode == ErrorCode.MemberIdRequired ? $"{joined.ErrorCode} {joined.MemberId}" : $"{joined.ErrorCode}";
        }

        string skip = joined.SkipAssignment ? ", nothing to assign" : "";
        return joined.Members.Count == 0
            ? $"generation {joined.GenerationId} of {joined.ProtocolName} as {joined.MemberId}, led by {joined.Leader}"
            : $"generation {joined.GenerationId} of {joined.ProtocolName} as {joined.MemberId}, leading {string.Join(' ', joined.Members.Select(member => member.MemberId))}{skip}";
    }

    private static string Describe(CoordinatorRecord record) => record switch
    {
        OffsetCommitRecord { Value: { } value } offset => $"{offset.Key.Topic}-{offset.Key.Partition} is {value.Offset}",
        OffsetCommitRecord offset => $"{offset.Key.Topic}-{offset.Key.Partition} is gone",
        GroupMetadataRecord { Value: { } value } => value.Members.Count == 0
            ? $"generation {value.Generation} is empty"
            : $"generation {value.Generation} of {value.Protocol}, led by {value.Leader}: " +
                string.Join(' ', value.Members.Select(member => $"{member.MemberId}='{Encoding.UTF8.GetString(member.Assignment.Span)}'")),
        _ => "the group is gone",
    };

    private static int Number(Dictionary<string, string> options, string name, int otherwise) =>
        options.TryGetValue(name, out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private void Say(string line) => _output.AppendLine("    " + MemberIds().Replace(line, match => NameOf(match.Value)));

    private string NameOf(string memberId)
    {
        if (!_names.TryGetValue(memberId, out string? name))
        {
            string owner = memberId[..^37];
            name = $"{owner}#{_names.Values.Count(known => known.StartsWith(owner + "#", StringComparison.Ordinal)) + 1}";
            _names.Add(memberId, name);
        }

        return name;
    }

    [GeneratedRegex("[a-z0-9-]+?-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex MemberIds();

    /// <summary>A member and which of its answers have been shown.</summary>
    private sealed class Client(Member member)
    {
        private JoinGroupResponse? _joined;
        private SyncGroupResponse? _synced;

        public Member Member => member;

        public void AskToJoin() => member.AskToJoin();

        public JoinGroupResponse? TakeJoined()
        {
            if (member.Joined is not { } joined || ReferenceEquals(joined, _joined))
            {
                return null;
            }

            _joined = joined;
            if (joined.ErrorCode is ErrorCode.None or ErrorCode.MemberIdRequired)
            {
                member.MemberId = joined.MemberId;
                member.Generation = joined.GenerationId;
            }

            return joined;
        }

        public SyncGroupResponse? TakeSynced()
        {
            bool isNew = member.Synced is not null && !ReferenceEquals(member.Synced, _synced);
            _synced = member.Synced;
            return isNew ? _synced : null;
        }
    }
}
