using Confluent.Kafka;

namespace Compat.Clients.Tests;

public class NativeLibraryTests
{
    [Fact]
    public void The_native_library_is_the_package_s_own() =>
        Assert.Equal(NativeLibrdkafka.ExpectedVersion, Library.VersionString);
}
