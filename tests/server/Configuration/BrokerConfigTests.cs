using Compat.Log.Configuration;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Sources;

namespace Compat.Server.Tests.Configuration;

public class BrokerConfigTests
{
    [Fact]
    public void Without_any_configuration_it_is_a_ready_single_node_on_loopback()
    {
        BrokerConfig config = TestConfig.Load();
        Assert.Equal(1, config.Node.NodeId);
        Assert.Equal("PLAINTEXT://localhost:9092", Assert.Single(config.Listeners.Listeners).ToString());
        Assert.Empty(config.Listeners.Advertised);
        Assert.Equal(["/home/me/data"], config.Storage.LogDirs);
        Assert.Equal(1, config.Groups.OffsetsTopicReplicationFactor);
        Assert.Equal(TimeSpan.Zero, config.Groups.InitialRebalanceDelay);
        Assert.True(config.Topics.AutoCreateEnable);
        Assert.Null(config.Metrics.Port);
        Assert.Empty(config.Warnings);
    }

    [Fact]
    public void Inside_a_container_it_listens_on_every_address() =>
        Assert.Equal("PLAINTEXT://:9092", Assert.Single(TestConfig.LoadFile("", TestConfig.Container).Listeners.Listeners).ToString());

    [Fact]
    public void The_command_line_beats_the_environment_and_the_environment_beats_the_file()
    {
        ConfigInputs inputs = new()
        {
            Host = TestConfig.Machine,
            File = PropertiesText.Parse("num.partitions=2\nfetch.max.bytes=2048\nlog.retention.bytes=5", "f"),
            Environment = EnvironmentSource.Read(new Dictionary<string, string> { ["KAFKA_NUM_PARTITIONS"] = "3", ["KAFKA_FETCH_MAX_BYTES"] = "4096" }),
            Overrides = OverrideSource.Parse(["num.partitions=4"]),
        };
        BrokerConfig config = BrokerConfig.Load(inputs);
        Assert.Equal(4, config.Topics.NumPartitions);
        Assert.Equal(4096, config.Network.FetchMaxBytes);
        Assert.Equal(5, config.Topics.Log.RetentionBytes);
    }

    [Fact]
    public void An_unknown_name_is_one_warning_that_says_where_it_stands()
    {
        BrokerConfig config = TestConfig.LoadFile("num.partitions=2\nnum.partition=3");
        Assert.Equal(["Unknown configuration num.partition (line 2 of server.properties) is ignored"], config.Warnings);
        Assert.Equal(2, config.Topics.NumPartitions);
    }

    [Theory]
    [InlineData("num.partitions=0", "Invalid value 0 for configuration num.partitions (line 1 of server.properties): Value must be at least 1")]
    [InlineData("num.partitions=many", "Invalid value many for configuration num.partitions (line 1 of server.properties): Not a number of type INT")]
    [InlineData("auto.create.topics.enable=yes", "Invalid value yes for configuration auto.create.topics.enable (line 1 of server.properties): Expected value to be either true or false")]
    public void A_bad_value_is_one_line_with_setting_value_and_source(string text, string expected)
    {
        ConfigException refusal = Assert.Throws<ConfigException>(() => TestConfig.LoadFile(text));
        Assert.Equal(expected, refusal.Message);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public void A_bad_value_in_the_environment_names_the_variable()
    {
        ConfigException refusal = Assert.Throws<ConfigException>(() => TestConfig.LoadEnvironment(("KAFKA_NUM_PARTITIONS", "-1")));
        Assert.Contains("num.partitions (environment variable KAFKA_NUM_PARTITIONS)", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_override_without_a_value_is_refused() =>
        Assert.Contains("name=value", Assert.Throws<ConfigException>(() => TestConfig.Load("num.partitions")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer")]
    [InlineData("remote.log.storage.system.enable=true")]
    [InlineData("config.providers=file")]
    [InlineData("create.topic.policy.class.name=com.example.Policy")]
    [InlineData("leader.replication.throttled.rate=5")]
    public void A_setting_that_must_not_be_ignored_is_refused(string setting) =>
        Assert.StartsWith("Invalid value", Assert.Throws<ConfigException>(() => TestConfig.Load(setting)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("authorizer.class.name=")]
    [InlineData("remote.log.storage.system.enable=FALSE")]
    [InlineData("num.io.threads=16")]
    [InlineData("ssl.keystore.location=/etc/keys")]
    [InlineData("listener.name.internal.scram-sha-256.sasl.jaas.config=x")]
    public void A_setting_without_effect_is_accepted(string setting) => Assert.Empty(TestConfig.Load(setting).Warnings);

    [Fact]
    public void The_older_name_of_the_node_id_works_and_contradictions_are_refused()
    {
        Assert.Equal(7, TestConfig.Load("broker.id=7").Node.NodeId);
        Assert.Equal(7, TestConfig.Load("broker.id=7", "node.id=7").Node.NodeId);
        Assert.Throws<ConfigException>(() => TestConfig.Load("broker.id=7", "node.id=8"));
    }

    [Theory]
    [InlineData("process.roles=broker")]
    [InlineData("process.roles=controller")]
    [InlineData("process.roles=broker,broker")]
    [InlineData("process.roles=")]
    [InlineData("controller.quorum.voters=2@localhost:9093")]
    [InlineData("controller.quorum.voters=1@localhost:9093,2@localhost:9094")]
    [InlineData("controller.quorum.voters=1@localhost")]
    [InlineData("controller.quorum.voters=localhost:9093")]
    [InlineData("controller.quorum.bootstrap.servers=localhost")]
    [InlineData("node.id=-1")]
    public void Anything_but_a_quorum_of_this_node_is_refused(string setting) =>
        Assert.Throws<ConfigException>(() => TestConfig.Load(setting));

    [Fact]
    public void Retention_is_read_from_milliseconds_then_minutes_then_hours()
    {
        Assert.Equal(168 * 3_600_000L, TestConfig.Load().Topics.Log.RetentionMs);
        Assert.Equal(3_600_000, TestConfig.Load("log.retention.hours=1").Topics.Log.RetentionMs);
        Assert.Equal(60_000, TestConfig.Load("log.retention.hours=1", "log.retention.minutes=1").Topics.Log.RetentionMs);
        Assert.Equal(5, TestConfig.Load("log.retention.hours=1", "log.retention.minutes=1", "log.retention.ms=5").Topics.Log.RetentionMs);
        Assert.Equal(-1, TestConfig.Load("log.retention.hours=-1").Topics.Log.RetentionMs);
    }

    [Fact]
    public void A_dynamic_value_beats_the_file_and_hides_its_synonyms()
    {
        BrokerConfig config = TestConfig.Load("log.retention.ms=5", "log.segment.bytes=2000000");
        BrokerConfig changed = config.WithDynamic(
            new Dictionary<string, string> { ["log.retention.hours"] = "1", ["log.segment.bytes"] = "3000000" },
            new Dictionary<string, string> { ["log.segment.bytes"] = "4000000" });
        Assert.Equal(3_600_000, changed.Topics.Log.RetentionMs);
        Assert.Equal(4_000_000, changed.Topics.Log.SegmentBytes);
        Assert.Equal(5, config.Topics.Log.RetentionMs);
        Assert.Equal(5, changed.WithDynamic(new Dictionary<string, string>(), new Dictionary<string, string>()).Topics.Log.RetentionMs);
    }

    [Theory]
    [InlineData("log.retention.ms=0")]
    [InlineData("log.retention.ms=-2")]
    [InlineData("log.roll.ms=0")]
    [InlineData("log.cleaner.dedupe.buffer.size=1000")]
    [InlineData("log.cleaner.min.compaction.lag.ms=9", "log.cleaner.max.compaction.lag.ms=8")]
    [InlineData("group.consumer.session.timeout.ms=1000")]
    [InlineData("queued.max.request.bytes=100")]
    [InlineData("max.connections.per.ip=0")]
    [InlineData("max.connections.per.ip.overrides=somewhere")]
    [InlineData("connections.max.idle.ms=50")]
    [InlineData("group.coordinator.rebalance.protocols=consumer")]
    [InlineData("offsets.topic.compression.codec=5")]
    public void Settings_that_contradict_each_other_are_refused(params string[] settings) =>
        Assert.Throws<ConfigException>(() => TestConfig.Load(settings));

    [Fact]
    public void Connection_limits_are_read_for_all_for_listeners_and_for_addresses()
    {
        NetworkConfig network = TestConfig.Load(
            "max.connections=10", "listener.name.plaintext.max.connections=5", "max.connections.per.ip=0",
            "max.connections.per.ip.overrides=127.0.0.1:3,[::1]:4", "connections.max.idle.ms=-1").Network;
        Assert.Equal(10, network.MaxConnections);
        Assert.Equal(5, network.MaxConnectionsByListener["PLAINTEXT"]);
        Assert.Equal([3, 4], network.MaxConnectionsPerIpOverrides.Values.Order());
        Assert.Null(network.MaxIdle);
    }

    [Fact]
    public void A_container_is_known_by_docker_dotnet_or_kubernetes()
    {
        Dictionary<string, string> none = [];
        Assert.False(HostProfile.Detect(none, _ => false, "/home/me").IsContainer);
        Assert.True(HostProfile.Detect(none, path => path == "/.dockerenv", "/home/me").IsContainer);
        Assert.True(HostProfile.Detect(new Dictionary<string, string> { ["DOTNET_RUNNING_IN_CONTAINER"] = "true" }, _ => false, "").IsContainer);
        Assert.True(HostProfile.Detect(new Dictionary<string, string> { ["KUBERNETES_SERVICE_HOST"] = "10.0.0.1" }, _ => false, "").IsContainer);
        Assert.Equal("/home/me/compat/data", HostProfile.Detect(none, _ => false, "/home/me").DataDirectory);
    }

    [Fact]
    public void The_server_properties_of_Apache_Kafkas_distribution_is_taken()
    {
        BrokerConfig config = TestConfig.LoadFile("""
            process.roles=broker,controller
            node.id=1
            controller.quorum.bootstrap.servers=localhost:9093
            listeners=PLAINTEXT://:9092,CONTROLLER://:9093
            inter.broker.listener.name=PLAINTEXT
            advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093
            controller.listener.names=CONTROLLER
            listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL
            num.network.threads=3
            num.io.threads=8
            socket.send.buffer.bytes=102400
            socket.receive.buffer.bytes=102400
            socket.request.max.bytes=104857600
            log.dirs=/tmp/kraft-combined-logs
            num.partitions=1
            num.recovery.threads.per.data.dir=2
            offsets.topic.replication.factor=1
            share.coordinator.state.topic.replication.factor=1
            share.coordinator.state.topic.min.isr=1
            transaction.state.log.replication.factor=1
            transaction.state.log.min.isr=1
            log.retention.hours=168
            log.segment.bytes=1073741824
            log.retention.check.interval.ms=300000
            """);
        Assert.Empty(config.Warnings);
        Assert.Equal(["/tmp/kraft-combined-logs"], config.Storage.LogDirs);
        Assert.Equal(["PLAINTEXT"], config.Listeners.Listeners.Select(endpoint => endpoint.Name));
        Assert.Equal(["CONTROLLER"], config.Listeners.ControllerListeners.Select(endpoint => endpoint.Name));
        Assert.Equal(["PLAINTEXT"], config.Listeners.Advertised.Keys);
    }
}
