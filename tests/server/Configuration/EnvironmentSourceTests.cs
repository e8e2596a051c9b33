using Compat.Server.Configuration.Sources;

namespace Compat.Server.Tests.Configuration;

public class EnvironmentSourceTests
{
    [Theory]
    [InlineData("KAFKA_LOG_RETENTION_MS", "log.retention.ms")]
    [InlineData("KAFKA_LISTENER_NAME_SASL__SSL_MAX_CONNECTIONS", "listener.name.sasl_ssl.max.connections")]
    [InlineData("KAFKA_LISTENER_NAME_A_SCRAM___SHA___256_SASL_JAAS_CONFIG", "listener.name.a.scram-sha-256.sasl.jaas.config")]
    [InlineData("CLUSTER_ID", "cluster.id")]
    public void A_variable_stands_for_a_setting(string variable, string setting)
    {
        ConfigAssignment assignment = Assert.Single(EnvironmentSource.Read(new Dictionary<string, string> { [variable] = "v" }));
        Assert.Equal((setting, "v", $"environment variable {variable}"), (assignment.Name, assignment.Value, assignment.Origin));
    }

    [Theory]
    [InlineData("PATH")]
    [InlineData("KAFKA_")]
    [InlineData("KAFKA_OPTS")]
    [InlineData("KAFKA_HEAP_OPTS")]
    [InlineData("KAFKA_VERSION")]
    [InlineData("KAFKA_JMX_PORT")]
    [InlineData("KAFKA_SERVICE_HOST")]
    [InlineData("KAFKA_PORT_9092_TCP_ADDR")]
    [InlineData("kafka_log_retention_ms")]
    public void A_variable_that_is_no_setting_is_passed_over(string variable) =>
        Assert.Empty(EnvironmentSource.Read(new Dictionary<string, string> { [variable] = "v" }));
}
