using Compat.Server.Tests.Coverage;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Handlers;

public class InitProducerIdTests
{
    [Theory]
    [EveryVersion(ApiKey.InitProducerId)]
    public async Task Every_producer_gets_an_id_of_its_own(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();

        InitProducerIdResponse first = await AskAsync(client, version, New());
        InitProducerIdResponse second = await AskAsync(client, version, New());

        Assert.Equal((ErrorCode.None, 0), (first.ErrorCode, first.ProducerEpoch));
        Assert.True(first.ProducerId >= 0);
        Assert.Equal((ErrorCode.None, first.ProducerId + 1, 0), (second.ErrorCode, second.ProducerId, second.ProducerEpoch));
    }

    [Theory]
    [EveryVersion(ApiKey.InitProducerId, From = 3)]
    public async Task A_producer_that_names_the_id_it_had_gets_another(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        InitProducerIdResponse first = await AskAsync(client, version, New());

        InitProducerIdResponse again = await AskAsync(client, version, new() { TransactionalId = null, ProducerId = first.ProducerId, ProducerEpoch = 3 });

        Assert.Equal((ErrorCode.None, 0), (again.ErrorCode, again.ProducerEpoch));
        Assert.NotEqual(first.ProducerId, again.ProducerId);
        Assert.Equal(ErrorCode.InvalidRequest, (await AskAsync(client, version, new() { TransactionalId = null, ProducerId = first.ProducerId })).ErrorCode);
        Assert.Equal(ErrorCode.InvalidRequest, (await AskAsync(client, version, new() { TransactionalId = null, ProducerEpoch = 1 })).ErrorCode);
    }

    [Theory]
    [EveryVersion(ApiKey.InitProducerId)]
    public async Task A_transactional_id_is_checked_before_anything_is_given_out(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync("transaction.max.timeout.ms=1000");
        using TestClient client = await broker.ConnectAsync();
        Assert.Equal(ErrorCode.InvalidRequest, (await AskAsync(client, version, new() { TransactionalId = "", TransactionTimeoutMs = 1000 })).ErrorCode);
        Assert.Equal(ErrorCode.InvalidTransactionTimeout, (await AskAsync(client, version, new() { TransactionalId = "tx", TransactionTimeoutMs = 1001 })).ErrorCode);
        Assert.Equal(ErrorCode.InvalidTransactionTimeout, (await AskAsync(client, version, new() { TransactionalId = "tx", TransactionTimeoutMs = 0 })).ErrorCode);
    }

    [Fact]
    public async Task Ids_are_never_given_out_again_by_the_next_process()
    {
        MemoryBroker before = await MemoryBroker.StartAsync();
        long last;
        using (TestClient client = await before.ConnectAsync())
        {
            last = (await AskAsync(client, 5, New())).ProducerId;
        }

        await before.DisposeAsync();
        await using MemoryBroker after = await before.RestartAsync();
        using TestClient again = await after.ConnectAsync();
        Assert.True((await AskAsync(again, 5, New())).ProducerId > last);
    }

    private static InitProducerIdRequest New() => new() { TransactionalId = null };

    private static async Task<InitProducerIdResponse> AskAsync(TestClient client, short version, InitProducerIdRequest request)
    {
        InitProducerIdResponse response = await client.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(request, version);
        Assert.Equal(response.ErrorCode == ErrorCode.None, response.ProducerId >= 0);
        return response;
    }
}
