using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Compat.Clients.Tests.Support;

namespace Compat.Clients.Tests.Drivers;

/// <summary>A client library in a process of its own, told what to do as clients/README.md describes.</summary>
internal sealed class ClientProcess : IAsyncDisposable
{
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonObject>> _waiting = [];
    private readonly List<ConsumedRecord> _records = [];
    private readonly List<string> _troubles = [];
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ChildProcess _process = null!;
    private IReadOnlyList<TopicPartition> _owned = [];
    private int _assignments;
    private int _lastId;

    private ClientProcess(ClientKind kind) => Kind = kind;

    public ClientKind Kind { get; }

    public string Version => _ready.Task.Result;

    /// <summary>What the member owns now, in order.</summary>
    public IReadOnlyList<TopicPartition> Owned => Volatile.Read(ref _owned);

    /// <summary>How often it was told what it owns.</summary>
    public int Assignments => Volatile.Read(ref _assignments);

    public IReadOnlyList<ConsumedRecord> Records => Snapshot(_records);

    public IReadOnlyList<string> Troubles => Snapshot(_troubles);

    /// <summary>What the client said besides its answers, for the message of a failing test.</summary>
    public string Evidence => $"{Kind} has {Records.Count} records, owns {string.Join(",", Owned)} after {Assignments} assignments; "
        + $"troubles: {string.Join(" / ", Troubles)}; {_process.Evidence}";

    /// <summary>Starts a client that must be there: a missing one skips the test, or fails it where clients are required.</summary>
    public static async Task<ClientProcess> StartAsync(ClientKind kind, string bootstrap)
    {
        ClientProcess client = await Installed.RequireAsync(kind) is { } command
            ? await StartAsync(kind, command, bootstrap)
            : throw new InvalidOperationException($"{kind} is not installed");
        Assert.StartsWith(kind.VersionPrefix, client.Version, StringComparison.Ordinal);
        return client;
    }

    public static async Task<ClientProcess> StartAsync(ClientKind kind, (string File, string[] Arguments) command, string bootstrap)
    {
        ClientProcess client = new(kind);
        client._process = ChildProcess.Start(command.File, [.. command.Arguments, bootstrap], client.OnLine);
        await Wait.UntilAsync(
            () => client._ready.Task.IsCompleted || client._process.HasExited,
            () => $"{kind} says it is ready; {client._process.Evidence}");
        if (!client._ready.Task.IsCompleted)
        {
            string error = client._process.ErrorText;
            client._process.Dispose();
            throw new InvalidOperationException($"{kind} exited: {error}");
        }

        return client;
    }

    /// <summary>Sends a command and returns its result; an error of the client is a <see cref="ClientException"/>.</summary>
    public async Task<JsonObject> CallAsync(string operation, JsonObject? arguments = null)
    {
        JsonObject command = arguments ?? [];
        int id = Interlocked.Increment(ref _lastId);
        command["id"] = id;
        command["op"] = operation;
        TaskCompletionSource<JsonObject> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        await _process.Input.WriteLineAsync(command.ToJsonString());
        await _process.Input.FlushAsync(TestContext.Current.CancellationToken);
        await Wait.UntilAsync(
            () => answer.Task.IsCompleted || _process.HasExited,
            () => $"{Kind} answers {operation}; {Evidence}");
        // The answer may have come in the same moment in which the process ended.
        Assert.True(answer.Task.IsCompleted, $"{Kind} exited with {(_process.HasExited ? _process.ExitCode : 0)} during {operation}\n{_process.ErrorText}");
        JsonObject line = await answer.Task;
        return line["error"] is JsonObject error
            ? throw new ClientException(Kind, operation, error["code"]?.GetValue<int>(), error["message"]?.GetValue<string>() ?? "")
            : line["ok"]!.AsObject();
    }

    /// <summary>Crashes it: the client gets no chance to leave its group.</summary>
    public void Crash() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Input.Close();
            await _process.ExitsWithinAsync(LeaveLimit);
        }

        _process.Dispose();
    }

    private void OnLine(string text)
    {
        if (JsonNode.Parse(text) is not JsonObject line)
        {
            return;
        }

        if (line["id"] is { } id)
        {
            _waiting[id.GetValue<int>()].TrySetResult(line);
            return;
        }

        OnEvent(line["event"]!.GetValue<string>(), line);
    }

    private void OnEvent(string name, JsonObject line)
    {
        switch (name)
        {
            case "ready":
                _ready.TrySetResult(line["client"]!.GetValue<string>());
                break;
            case "record":
                Add(_records, ConsumedRecord.Parse(line));
                break;
            case "assigned":
                Volatile.Write(ref _owned, [.. line["partitions"]!.AsArray()
                    .Select(p => new TopicPartition(p![0]!.GetValue<string>(), p[1]!.GetValue<int>()))
                    .OrderBy(p => p.Topic, StringComparer.Ordinal).ThenBy(p => p.Partition)]);
                Interlocked.Increment(ref _assignments);
                break;
            case "trouble":
                Add(_troubles, line["message"]!.GetValue<string>());
                break;
            default:
                throw new InvalidOperationException($"{Kind} sent an unknown event: {name}");
        }
    }

    private void Add<T>(List<T> list, T item)
    {
        lock (_lock)
        {
            list.Add(item);
        }
    }

    private T[] Snapshot<T>(List<T> list)
    {
        lock (_lock)
        {
            return [.. list];
        }
    }
}

/// <summary>An error that a client reported, with Kafka's code where the client gives it.</summary>
internal sealed class ClientException(ClientKind kind, string operation, int? code, string message)
    : Exception($"{kind} failed to {operation}: {code} {message}")
{
    public int? Code { get; } = code;
}

internal readonly record struct TopicPartition(string Topic, int Partition)
{
    public override string ToString() => $"{Topic}-{Partition}";
}
