using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Compat.Log;
using Compat.Log.Storage;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Listeners;
using Compat.Server.Configuration.Sources;
using Compat.Wire;

namespace Compat.Server.Hosting;

/// <summary>
/// <c>--brokers N</c>: a whole cluster in one process. From one configuration it makes one for each broker: the node ids and the ports of
/// all listeners follow each other, and each has a directory of its own, named by its id, under the data directories.
/// </summary>
/// <remarks>
/// They talk over sockets like processes of their own, so that clients and tools see no difference. The controllers' ports come
/// after the brokers' unless a listener for them is configured.
/// </remarks>
internal sealed class LocalCluster
{
    /// <summary>The most brokers of one process.</summary>
    public const int MaxBrokers = 32;

    private const int MostVoters = 3;

    private static readonly string[] ReplicationFactors =
        ["offsets.topic.replication.factor", "transaction.state.log.replication.factor", "share.coordinator.state.topic.replication.factor"];

    private readonly ConfigInputs _inputs;
    private readonly BrokerConfig _first;
    private readonly int _brokers;
    private readonly int[] _controllerPorts;

    private LocalCluster(ConfigInputs inputs, int brokers)
    {
        _inputs = inputs;
        _first = BrokerConfig.Load(inputs);
        _brokers = brokers;
        if (_first.Quorum.Voters.Count > 0 || _first.Quorum.BootstrapServers.Count > 0)
        {
            throw new BrokerStartException("--brokers makes a cluster of its own, so controller.quorum.voters and controller.quorum.bootstrap.servers must not be set");
        }

        _controllerPorts = ControllerPorts();
    }

    private int Voters => _brokers < MostVoters ? 1 : MostVoters;

    private string ControllerName => _first.Quorum.ListenerName;

    private string ControllerHost => _first.Listeners.ControllerListeners.Concat(_first.Listeners.Listeners).First().Host ?? "localhost";

    /// <summary>The configuration of each broker.</summary>
    /// <exception cref="BrokerStartException">The configuration is of a node among others.</exception>
    public static IReadOnlyList<BrokerConfig> Configure(ConfigInputs inputs, int brokers, IStorage storage, Random random)
    {
        var cluster = new LocalCluster(inputs, brokers);
        string clusterId = cluster._first.Node.ClusterId ?? cluster.RememberedId(storage) ?? Uuid.Create(random).ToString();
        return [.. Enumerable.Range(0, brokers).Select(index => cluster.Of(index, clusterId))];
    }

    private BrokerConfig Of(int index, string clusterId) => BrokerConfig.Load(_inputs with
    {
        Overrides = [.. _inputs.Overrides, .. Settings(index, clusterId).Select(setting => new ConfigAssignment(setting.Name, setting.Value, "--brokers"))],
    });

    private IEnumerable<(string Name, string Value)> Settings(int index, string clusterId)
    {
        bool isVoter = index < Voters;
        yield return ("cluster.id", clusterId);
        yield return ("node.id", Text(IdOf(index)));
        yield return ("process.roles", isVoter ? "broker,controller" : "broker");
        yield return ("controller.listener.names", ControllerName);
        yield return ("controller.quorum.voters", string.Join(',', Enumerable.Range(0, Voters).Select(voter => $"{Text(IdOf(voter))}@{InBrackets(ControllerHost)}:{Text(_controllerPorts[voter])}")));
        IEnumerable<ListenerEndpoint> listeners = _first.Listeners.Listeners.Select(listener => Shift(listener, index));
        yield return ("listeners", string.Join(',', isVoter ? listeners.Append(Controller(index)) : listeners));
        if (_first.Listeners.Advertised.Count > 0)
        {
            yield return ("advertised.listeners", string.Join(',', _first.Listeners.Advertised.Values.Select(listener => Shift(listener, index))));
        }

        yield return ("log.dirs", string.Join(',', _first.Storage.LogDirs.Select(directory => DirectoryOf(directory, index))));
        if (_first.Metadata.LogDir is { } metadata)
        {
            yield return ("metadata.log.dir", DirectoryOf(metadata, index));
        }

        if (_first.Metrics.Port is > 0 and { } port)
        {
            yield return ("metrics.port", Text(port + index));
        }

        foreach (string name in ReplicationFactors.Where(name => !_first.Values.IsSet(name)))
        {
            yield return (name, Text(Math.Min(_brokers, 3)));
        }
    }

    private int IdOf(int index) => _first.Node.NodeId + index;

    private string DirectoryOf(string directory, int index) => Path.Combine(directory, Text(IdOf(index)));

    /// <summary>A broker's place in the cluster is its place on each listener; port 0 stays any free one.</summary>
    private static ListenerEndpoint Shift(ListenerEndpoint listener, int index) => listener.Port == 0 ? listener : listener with { Port = listener.Port + index };

    private ListenerEndpoint Controller(int index)
    {
        string? host = _first.Listeners.ControllerListeners.Concat(_first.Listeners.Listeners).First().Host;
        return new ListenerEndpoint(ControllerName, SecurityProtocol.Plaintext, host, _controllerPorts[index]);
    }

    /// <summary>All have to know where the voters are before any of them listens.</summary>
    private int[] ControllerPorts()
    {
        int first = _first.Listeners.ControllerListeners is [var configured, ..] ? configured.Port
            : _first.Listeners.Listeners.Any(listener => listener.Port == 0) ? 0
            : _first.Listeners.Listeners.Max(listener => listener.Port) + _brokers;
        return first == 0 ? FreePorts(Voters) : [.. Enumerable.Range(first, Voters)];
    }

    private static int[] FreePorts(int count)
    {
        TcpListener[] taken = [.. Enumerable.Range(0, count).Select(_ => TcpListener.Create(0))];
        try
        {
            Array.ForEach(taken, listener => listener.Start());
            return [.. taken.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            Array.ForEach(taken, listener => listener.Dispose());
        }
    }

    /// <summary>The id that the directories of any of the brokers remember.</summary>
    private string? RememberedId(IStorage storage) => Enumerable.Range(0, _brokers)
        .SelectMany(index => _first.Storage.LogDirs.Select(directory => DirectoryOf(directory, index)))
        .Select(directory => MetaProperties.Read(storage, directory)?.ClusterId)
        .FirstOrDefault(id => id is not null);

    private static string InBrackets(string host) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
