using System.Reflection;
using Compat.Clients.Tests.Broker;
using Compat.Clients.Tests.Drivers;
using Confluent.Kafka;

namespace Compat.Clients.Tests;

/// <summary>Every method of Confluent.Kafka's admin interface; a method that a later version adds fails the first test.</summary>
public class AdminClientMethodTests(SharedBroker broker)
{
    public static TheoryData<string> Methods => [.. AdminClientCalls.ByMethod.Keys.Order(StringComparer.Ordinal)];

    [Fact]
    public void Every_method_is_called_below()
    {
        IEnumerable<MethodInfo> methods = typeof(IAdminClient).GetMethods()
            .Concat(typeof(IAdminClientExtensions).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly));

        Assert.Equal(
            methods.Select(method => $"{method.Name}/{method.GetParameters().Length}").Order(StringComparer.Ordinal),
            AdminClientCalls.ByMethod.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Every_method_succeeds_or_fails_as_against_a_kafka_without_that_api(string method)
    {
        using IAdminClient admin = Reference.Admin(broker.Bootstrap);
        await AdminClientCalls.ByMethod[method](new AdminClientCalls(admin, broker.Bootstrap));
    }
}
