using Compat.Load.Model;
using Compat.Load.Protocol;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Load.Scenarios;

/// <summary>Makes and removes the topic a scenario works on.</summary>
internal static class Topics
{
    private const int TimeoutMs = 60_000;

    /// <summary>
    /// The topic given by <c>--topic</c>, which is used as it is, or a new one of <paramref name="partitions"/>
    /// partitions. A broker that cannot create topics (librdkafka's mock) is left to create it on first use.
    /// </summary>
    public static async Task<string> CreateAsync(LoadContext context, int partitions)
    {
        var given = context.Options.Text("topic", "");
        if (given.Length > 0)
        {
            return given;
        }

        using var connection = await KafkaConnection.OpenAsync(context.BootstrapServers);
        if (!connection.Offers(ApiKey.CreateTopics))
        {
            // Created by the first record instead.
            return context.RunName;
        }

        var response = await connection.SendAsync(new CreateTopicsRequest
        {
            TimeoutMs = TimeoutMs,
            Topics =
            [
                new CreateTopicsRequest.CreatableTopic
                {
                    Name = context.RunName,
                    NumPartitions = partitions,
                    ReplicationFactor = (short)context.Options.Number("replication", 1),
                    Configs = [.. context.Options.TopicSettings.Select(setting =>
                        new CreateTopicsRequest.CreatableTopicConfig { Name = setting.Key, Value = setting.Value })],
                },
            ],
        });
        if (response.Topics[0] is { ErrorCode: not ErrorCode.None } refused)
        {
            throw new InvalidOperationException($"{refused.Name}: {refused.ErrorCode} {refused.ErrorMessage}");
        }

        return context.RunName;
    }

    /// <summary>Removes the topic unless it was given.</summary>
    public static async Task DeleteAsync(LoadContext context, string topic)
    {
        if (topic.Length == 0 || context.Options.Text("topic", "").Length > 0 || context.Options.Flag("keep"))
        {
            return;
        }

        using var connection = await KafkaConnection.OpenAsync(context.BootstrapServers);
        if (connection.Offers(ApiKey.DeleteTopics))
        {
            await connection.SendAsync(new DeleteTopicsRequest
            {
                TimeoutMs = TimeoutMs,
                TopicNames = [topic],
                Topics = [new DeleteTopicsRequest.DeleteTopicState { Name = topic }],
            });
        }
    }

    /// <summary>The client settings every scenario starts from, with those of the command line over them.</summary>
    public static Dictionary<string, string> ClientSettings(LoadContext context, params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal) { ["bootstrap.servers"] = context.BootstrapServers };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        foreach (var (name, value) in context.Options.ClientSettings)
        {
            all[name] = value;
        }

        return all;
    }

    /// <summary>A value that does not compress away, the same in every run.</summary>
    public static byte[] Payload(int bytes)
    {
        var payload = new byte[bytes];
        new Random(42).NextBytes(payload);
        return payload;
    }
}
