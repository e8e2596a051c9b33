using System.Collections.Immutable;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Metadata;

/// <summary>Where a broker or controller can be reached under one listener name.</summary>
/// <param name="ListenerName">The listener's name, e.g. PLAINTEXT.</param>
/// <param name="Host">The advertised host.</param>
/// <param name="Port">The advertised port, 0 to 65535.</param>
/// <param name="SecurityProtocol">0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL.</param>
public sealed record BrokerEndpoint(string ListenerName, string Host, int Port, short SecurityProtocol);

/// <summary>A broker that the cluster knows. Immutable.</summary>
public sealed record BrokerRegistration
{
    /// <summary>The broker's node id.</summary>
    public required int Id { get; init; }

    /// <summary>The offset of the registration in the metadata log; a restarted broker gets a higher one.</summary>
    public required long Epoch { get; init; }

    /// <summary>A random id of the broker's process.</summary>
    public required Uuid IncarnationId { get; init; }

    /// <summary>Its advertised listeners.</summary>
    public required ImmutableArray<BrokerEndpoint> Endpoints { get; init; }

    /// <summary>The features that it supports.</summary>
    public required ImmutableSortedDictionary<string, VersionRange> Features { get; init; }

    /// <summary>The rack it is in, or null.</summary>
    public string? Rack { get; init; }

    /// <summary>True until it has caught up, and again when it is not heard of: a fenced broker leads nothing.</summary>
    public bool Fenced { get; init; } = true;

    /// <summary>True while it hands over its leaderships before it stops.</summary>
    public bool InControlledShutdown { get; init; }

    /// <summary>Ids of the log directories that work.</summary>
    public ImmutableArray<Uuid> Directories { get; init; } = [];

    /// <summary>Ids of the log directories that take no new partitions; null if the broker did not say.</summary>
    public ImmutableArray<Uuid>? CordonedDirectories { get; init; }

    /// <summary>True if the broker may lead partitions and be given new ones.</summary>
    public bool IsActive => !Fenced && !InControlledShutdown;

    /// <summary>True if not all of its log directories are closed to new replicas.</summary>
    public bool TakesReplicas =>
        CordonedDirectories is not { } cordoned || Directories.IsEmpty || Directories.Any(directory => !cordoned.Contains(directory));

    /// <summary>The endpoint under a listener name, or null.</summary>
    public BrokerEndpoint? Endpoint(string listenerName)
    {
        foreach (BrokerEndpoint endpoint in Endpoints)
        {
            if (endpoint.ListenerName == listenerName)
            {
                return endpoint;
            }
        }
        return null;
    }

    /// <summary>Reads a registration's record.</summary>
    public static BrokerRegistration From(RegisterBrokerRecord record) => new()
    {
        Id = record.BrokerId,
        Epoch = record.BrokerEpoch,
        IncarnationId = record.IncarnationId,
        Endpoints =
        [
            .. record.EndPoints.Select(e => new BrokerEndpoint(e.Name, e.Host, e.Port, e.SecurityProtocol)),
        ],
        Features = record.Features.ToImmutableSortedDictionary(
            feature => feature.Name,
            feature => new VersionRange(feature.MinSupportedVersion, feature.MaxSupportedVersion),
            StringComparer.Ordinal),
        Rack = record.Rack,
        Fenced = record.Fenced,
        InControlledShutdown = record.InControlledShutdown,
        Directories = [.. record.LogDirs],
        CordonedDirectories = record.CordonedLogDirs is { } cordoned ? [.. cordoned] : null,
    };

    /// <summary>
    /// The registration after a change. A controlled shutdown is left only by registering anew, so it is never cleared.
    /// </summary>
    public BrokerRegistration Apply(BrokerRegistrationChangeRecord change) => this with
    {
        Fenced = change.Fenced switch { FenceChange => true, UnfenceChange => false, _ => Fenced },
        InControlledShutdown = InControlledShutdown || change.InControlledShutdown == 1,
        Directories = change.LogDirs.Count == 0 ? Directories : [.. change.LogDirs],
        CordonedDirectories = change.CordonedLogDirs is { } cordoned ? [.. cordoned] : CordonedDirectories,
    };

    /// <summary>In <see cref="BrokerRegistrationChangeRecord"/>: the broker becomes fenced.</summary>
    public const sbyte FenceChange = 1;

    /// <summary>In <see cref="BrokerRegistrationChangeRecord"/>: the broker may work.</summary>
    public const sbyte UnfenceChange = -1;

    /// <summary>The record that recreates this registration.</summary>
    public MetadataRecord ToRecord(MetadataVersion metadataVersion)
    {
        short version = metadataVersion.RegisterBrokerRecordVersion;
        var record = new RegisterBrokerRecord
        {
            BrokerId = Id,
            BrokerEpoch = Epoch,
            IncarnationId = IncarnationId,
            Rack = Rack,
            Fenced = Fenced,
            InControlledShutdown = InControlledShutdown,
            EndPoints = [.. Endpoints.Select(ToRecordEndpoint)],
            Features = [.. Features.Select(feature => new RegisterBrokerRecord.BrokerFeature
            {
                Name = feature.Key,
                MinSupportedVersion = feature.Value.Min,
                MaxSupportedVersion = feature.Value.Max,
            })],
        };
        if (version >= 3)
        {
            record.LogDirs = [.. Directories];
        }
        if (version >= 4)
        {
            record.CordonedLogDirs = CordonedDirectories is { } cordoned ? [.. cordoned] : null;
        }
        return new MetadataRecord(record, version);
    }

    private static RegisterBrokerRecord.BrokerEndpoint ToRecordEndpoint(BrokerEndpoint endpoint) => new()
    {
        Name = endpoint.ListenerName,
        Host = endpoint.Host,
        Port = (ushort)endpoint.Port,
        SecurityProtocol = endpoint.SecurityProtocol,
    };
}
