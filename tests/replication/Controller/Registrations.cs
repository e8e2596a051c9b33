using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Controller;

/// <summary>Short ways to say what brokers say.</summary>
internal static class Registrations
{
    /// <summary>A registration of a broker whose process and directory have ids that follow from small numbers.</summary>
    public static BrokerRegistrationRequest Request(int id, int incarnation = 1, long previousEpoch = -1) => new()
    {
        BrokerId = id,
        ClusterId = "cluster",
        IncarnationId = Id((1_000 * incarnation) + id),
        Listeners = [new() { Name = "PLAINTEXT", Host = "host" + id, Port = 9092 }],
        Features =
        [
            .. FeatureCatalog.Supported.SetItem(FeatureCatalog.EligibleLeaderReplicas, new(0, 1)).Select(feature => new BrokerRegistrationRequest.Feature
            {
                Name = feature.Key, MinSupportedVersion = feature.Value.Min, MaxSupportedVersion = feature.Value.Max,
            }),
        ],
        LogDirs = [Id(2_000 + id)],
        PreviousBrokerEpoch = previousEpoch,
    };

    public static BrokerRegistrationResponse Register(this Given given, BrokerRegistrationRequest request, short version = 4) =>
        given.Then(RegisterBroker.Decide(given.Turn, request, version));

    /// <summary>A heartbeat of the registered process, which has followed the log to its end.</summary>
    public static BrokerHeartbeatRequest Heartbeat(this Given given, int id) => new()
    {
        BrokerId = id,
        BrokerEpoch = given.Image.Cluster.Brokers[id].Epoch,
        CurrentMetadataOffset = given.Image.Provenance.LastContainedOffset,
    };

    public static BrokerHeartbeatResponse Hear(this Given given, BrokerHeartbeatRequest request, long? connectionId = null) =>
        given.Then(HeartbeatBroker.Decide(given.Turn, request, connectionId));

    /// <summary>Registers a broker and hears it, so that it is unfenced.</summary>
    public static long Join(this Given given, int id, int incarnation = 1)
    {
        BrokerRegistrationResponse registered = given.Register(Request(id, incarnation));
        Assert.Equal(ErrorCode.None, registered.ErrorCode);
        Assert.False(given.Hear(given.Heartbeat(id)).IsFenced);
        return registered.BrokerEpoch;
    }
}
