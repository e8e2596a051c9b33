using Compat.Load.Model;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Compat.Load.Scenarios;

/// <summary>Makes and removes the topic a scenario works on.</summary>
internal static class Topics
{
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

        using var admin = Admin(context);
        var specification = new TopicSpecification
        {
            Name = context.RunName,
            NumPartitions = partitions,
            ReplicationFactor = (short)context.Options.Number("replication", 1),
        };
        try
        {
            await admin.CreateTopicsAsync([specification]);
        }
        catch (KafkaException exception) when (exception.Error.Code is ErrorCode.Local_UnsupportedFeature or ErrorCode.Local_TimedOut)
        {
            // Created by the first record instead.
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

        using var admin = Admin(context);
        try
        {
            await admin.DeleteTopicsAsync([topic]);
        }
        catch (KafkaException exception) when (exception.Error.Code is ErrorCode.Local_UnsupportedFeature or ErrorCode.Local_TimedOut)
        {
            // The same broker that could not create it.
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

    private static IAdminClient Admin(LoadContext context)
        => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = context.BootstrapServers, SocketTimeoutMs = 10_000 })
            .SetLogHandler((_, _) => { })
            .Build();
}
