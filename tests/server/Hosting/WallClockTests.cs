using Compat.Replication.Partitions;
using Compat.Server.Tests.Groups;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;

namespace Compat.Server.Tests.Hosting;

/// <summary>A wall clock that is set wrong: sessions and retention go by the time that has passed.</summary>
public class WallClockTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_wall_clock_that_jumps_ends_no_session_and_deletes_nothing(int hours)
    {
        await using MemoryBroker broker = await StartAsync();

        Assert.Empty(await WrongsAsync(broker, TimeSpan.FromHours(hours)));

        // The same records go when the time has passed.
        broker.Time.Advance(TimeSpan.FromHours(2));
        await UntilAsync(broker, () => Orders(broker).Log.LogStartOffset == 1, "the record is deleted in its time");
    }

    [Fact]
    public async Task The_check_finds_a_broker_that_goes_by_the_wall_clock()
    {
        await using MemoryBroker broker = await StartAsync();
        broker.Clock.IsMonotonicClockMissing = true;

        Assert.Equal(["a record was deleted"], await WrongsAsync(broker, TimeSpan.FromHours(1)));
    }

    private static Task<MemoryBroker> StartAsync() => MemoryBroker.StartAsync(
        "log.retention.minutes=30", "log.retention.check.interval.ms=1000", "log.initial.task.delay.ms=1000");

    private static async Task<List<string>> WrongsAsync(MemoryBroker broker, TimeSpan ahead)
    {
        using TestClient client = await broker.ConnectAsync();
        await client.FindAsync("group");
        JoinGroupResponse member = await client.SettleAsync("group");
        using (var builder = new RecordBatchBuilder())
        {
            builder.Append(broker.Time.GetUtcNow().ToUnixTimeMilliseconds(), null, "young"u8.ToArray());
            Assert.Equal(ErrorCode.None, Orders(broker).AppendAsLeader(builder.Build(), 1, Compat.Log.AppendOrigin.Client).ErrorCode);
        }

        // Longer than the interval of any check, shorter than any session.
        broker.Clock.Ahead = ahead;
        for (int second = 0; second < 4; second++)
        {
            broker.Time.Advance(TimeSpan.FromSeconds(1));
        }

        List<string> wrongs = [];
        var heartbeat = new HeartbeatRequest { GroupId = "group", MemberId = member.MemberId, GenerationId = member.GenerationId };
        if ((await client.AskAsync<HeartbeatRequest, HeartbeatResponse>(heartbeat, 0)).ErrorCode != ErrorCode.None)
        {
            wrongs.Add("the session of a member has ended");
        }

        if (broker.Parts.Image.Cluster.Brokers.Values.Any(each => each.Fenced))
        {
            wrongs.Add("the broker is fenced");
        }

        if (Orders(broker).Log.LogStartOffset != 0)
        {
            wrongs.Add("a record was deleted");
        }

        return wrongs;
    }

    private static Partition Orders(MemoryBroker broker) =>
        broker.Parts.Partitions.TryGet(MemoryBroker.Topic, 0, out Partition? partition) ? partition : throw new InvalidOperationException();

    private static async Task UntilAsync(MemoryBroker broker, Func<bool> condition, string what) => Assert.True(
        await Task.Run(() => SpinWait.SpinUntil(
            () =>
            {
                broker.Time.Advance(TimeSpan.FromSeconds(1));
                return condition();
            },
            TimeSpan.FromSeconds(30))),
        what);
}
