using System.Globalization;
using System.Net;
using Compat.Log.Configuration;

namespace Compat.Server.Configuration;

/// <summary>What connections and requests may cost.</summary>
public sealed record NetworkConfig
{
    /// <summary>socket.request.max.bytes: the largest request.</summary>
    public required int MaxRequestBytes { get; init; }

    /// <summary>socket.send.buffer.bytes; -1 leaves it to the operating system.</summary>
    public required int SendBufferBytes { get; init; }

    /// <summary>socket.receive.buffer.bytes; -1 leaves it to the operating system.</summary>
    public required int ReceiveBufferBytes { get; init; }

    /// <summary>socket.listen.backlog.size: connections waiting to be accepted.</summary>
    public required int ListenBacklog { get; init; }

    /// <summary>max.connections: connections at a time, over all listeners.</summary>
    public required int MaxConnections { get; init; }

    /// <summary>max.connections.per.ip: connections of one address at a time.</summary>
    public required int MaxConnectionsPerIp { get; init; }

    /// <summary>max.connections.per.ip.overrides: addresses with a limit of their own.</summary>
    public required IReadOnlyDictionary<IPAddress, int> MaxConnectionsPerIpOverrides { get; init; }

    /// <summary>listener.name.{name}.max.connections: connections of one listener at a time, by listener name in upper case.</summary>
    public required IReadOnlyDictionary<string, int> MaxConnectionsByListener { get; init; }

    /// <summary>connections.max.idle.ms: idle time after which a connection is closed; null is never.</summary>
    public required TimeSpan? MaxIdle { get; init; }

    /// <summary>fetch.max.bytes: the largest answer to a fetch.</summary>
    public required int FetchMaxBytes { get; init; }

    /// <summary>max.incremental.fetch.session.cache.slots: fetch sessions kept at a time.</summary>
    public required int FetchSessionSlots { get; init; }

    /// <summary>max.request.partition.size.limit: partitions in one DescribeTopicPartitions answer.</summary>
    public required int MaxPartitionsPerDescription { get; init; }

    internal static NetworkConfig From(ConfigValues values)
    {
        long maxIdleMs = values.Required<long>("connections.max.idle.ms");
        return new NetworkConfig
        {
            MaxRequestBytes = values.Required<int>("socket.request.max.bytes"),
            SendBufferBytes = values.Required<int>("socket.send.buffer.bytes"),
            ReceiveBufferBytes = values.Required<int>("socket.receive.buffer.bytes"),
            ListenBacklog = values.Required<int>("socket.listen.backlog.size"),
            MaxConnections = values.Required<int>("max.connections"),
            MaxConnectionsPerIp = values.Required<int>("max.connections.per.ip"),
            MaxConnectionsPerIpOverrides = Overrides(values),
            MaxConnectionsByListener = values.ByListener<int>("max.connections"),
            MaxIdle = maxIdleMs < 0 ? null : ConfigTime.Milliseconds(maxIdleMs),
            FetchMaxBytes = values.Required<int>("fetch.max.bytes"),
            FetchSessionSlots = values.Required<int>("max.incremental.fetch.session.cache.slots"),
            MaxPartitionsPerDescription = values.Required<int>("max.request.partition.size.limit"),
        };
    }

    private static Dictionary<IPAddress, int> Overrides(ConfigValues values)
    {
        const string Setting = "max.connections.per.ip.overrides";
        string text = values.Required<string>(Setting);
        Dictionary<IPAddress, int> limits = [];
        foreach (string entry in ConfigText.SplitList(text))
        {
            int colon = entry.LastIndexOf(':');
            if (colon <= 0
                || !IPAddress.TryParse(HostAndPort.WithoutBrackets(entry[..colon].Trim()), out IPAddress? address)
                || !int.TryParse(entry.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int limit))
            {
                throw new ConfigException(Setting, text, $"{entry} is not in the form address:count");
            }

            limits[address] = limit;
        }

        return limits;
    }
}
