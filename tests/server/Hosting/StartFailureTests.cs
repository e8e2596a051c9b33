using Compat.Log.Storage;
using Compat.Log.Tests.Faults;
using Compat.Server.Hosting;

namespace Compat.Server.Tests.Hosting;

public class StartFailureTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_start_that_cannot_open_the_logs_ends_with_the_reason_and_not_with_waiting()
    {
        FaultyStorage storage = new(new MemoryStorage(TimeProvider.System))
        {
            Fault = (operation, path) => operation == StorageOperation.List && path == "/data" ? new IOException("the device fails here") : null,
        };
        await using Broker broker = new(BrokerFixture.Options(storage, new LevelLoggers()));

        BrokerStartException exception = await Assert.ThrowsAsync<BrokerStartException>(() => broker.StartAsync(TestContext.Current.CancellationToken)).WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Contains("the device fails here", exception.Message, StringComparison.Ordinal);
    }
}
