using System.Diagnostics;
using System.Net.Sockets;
using Compat.Load.Failover;
using Compat.Load.Protocol;
using Compat.Load.Scenarios;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Load.Cluster;

/// <summary>Starts the brokers of a cluster and takes the time until a record is on all of them.</summary>
internal static class ClusterStart
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Starts all, creates a topic, and returns when the topic has acknowledged its first record with acks=all.</summary>
    public static async Task<TimeSpan> RunAsync(BrokerProcesses brokers, CreateTopicsRequest.CreatableTopic topic)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var id in brokers.Ids)
        {
            brokers.Start(id);
        }

        while (Stopwatch.GetElapsedTime(started) < Patience)
        {
            try
            {
                using var connection = await KafkaConnection.OpenAsync(brokers.AddressOf(1));
                await CreateAsync(connection, topic);
                await FirstRecordAsync(connection, topic.Name);
                return Stopwatch.GetElapsedTime(started);
            }
            catch (Exception exception) when (exception is SocketException or IOException)
            {
                // Not there yet.
            }

            await Task.Delay(1);
        }

        throw new TimeoutException("the brokers did not start in time");
    }

    /// <summary>A topic with a replica on each of the brokers.</summary>
    public static CreateTopicsRequest.CreatableTopic Replicated(string name, int partitions, BrokerProcesses brokers) =>
        new() { Name = name, NumPartitions = partitions, ReplicationFactor = (short)brokers.Ids.Count() };

    /// <summary>Creates a topic, as soon as there are enough brokers and a controller.</summary>
    public static async Task CreateAsync(KafkaConnection connection, CreateTopicsRequest.CreatableTopic topic)
    {
        var started = Stopwatch.GetTimestamp();
        while (await TryCreateAsync(connection, topic) is not (ErrorCode.None or ErrorCode.TopicAlreadyExists) and var error)
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException($"{topic.Name} could not be created: {error}");
            }

            await Task.Delay(1);
        }
    }

    private static async Task<ErrorCode> TryCreateAsync(KafkaConnection connection, CreateTopicsRequest.CreatableTopic topic)
    {
        var created = await connection.SendAsync(new CreateTopicsRequest { TimeoutMs = 10_000, Topics = [topic] });
        return created.Topics[0].ErrorCode;
    }

    private static async Task FirstRecordAsync(KafkaConnection connection, string topicName)
    {
        while (true)
        {
            var metadata = await connection.SendAsync(new MetadataRequest { Topics = [new() { Name = topicName }] });
            var topic = metadata.Topics[0];
            var leader = topic.ErrorCode == ErrorCode.None && topic.Partitions.Count > 0
                ? metadata.Brokers.FirstOrDefault(broker => broker.NodeId == topic.Partitions.First(partition => partition.PartitionIndex == 0).LeaderId) : null;
            if (leader is not null)
            {
                var request = StartScenario.Request(topic, partitions: 1);
                request.Acks = -1;
                using var toLeader = await KafkaConnection.OpenAsync($"{leader.Host}:{leader.Port}");
                if ((await toLeader.SendAsync(request)).Responses[0].PartitionResponses[0].ErrorCode == ErrorCode.None)
                {
                    return;
                }
            }

            await Task.Delay(1);
        }
    }
}
