using Compat.Replication.Brokers;
using Compat.Replication.Metadata;
using Compat.Replication.Tests.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Brokers;

public sealed class BrokerLifecycleTests : IAsyncDisposable
{
    private readonly ScriptedController _controller = new();
    private readonly FakeTimeProvider _time = new();
    private readonly List<Uuid> _offline = [];
    private readonly BrokerLifecycle _lifecycle;
    private MetadataImage _image = MetadataImage.Empty.Apply(Feature("metadata.version", 33));

    public BrokerLifecycleTests() => _lifecycle = new BrokerLifecycle(
        new BrokerLifecycleOptions
        {
            BrokerId = 1,
            ClusterId = "cluster",
            IncarnationId = Id(1_001),
            Endpoints = [new BrokerEndpoint("PLAINTEXT", "h", 9092, 0)],
            Directories = [Id(2_001)],
            Rack = "r",
            PreviousBrokerEpoch = 5,
        },
        _controller,
        () => _offline,
        _time,
        NullLogger<BrokerLifecycle>.Instance);

    public ValueTask DisposeAsync() => _lifecycle.DisposeAsync();

    [Fact]
    public async Task A_broker_says_what_it_is_and_starts_when_its_own_image_says_that_it_may()
    {
        Task start = _lifecycle.StartAsync();
        await UntilAsync(() => _controller.Heartbeats.Length > 0);
        BrokerRegistrationRequest registration = Assert.Single(_controller.Registrations);
        Assert.Equal(("cluster", Id(1_001), "r", 5L), (registration.ClusterId, registration.IncarnationId, registration.Rack, registration.PreviousBrokerEpoch));
        Assert.Equal([Id(2_001)], registration.LogDirs);
        Assert.Equal(33, registration.Features.Single(feature => feature.Name == "metadata.version").MaxSupportedVersion);
        Assert.Equal(7, _lifecycle.BrokerEpoch);

        Publish(Broker(1, epoch: 7, fenced: true));
        Assert.False(start.IsCompleted);
        Publish(Of(new BrokerRegistrationChangeRecord { BrokerId = 1, BrokerEpoch = 7, Fenced = -1 }));
        await start;
    }

    [Fact]
    public async Task A_former_process_in_the_image_is_not_this_one()
    {
        MetadataRecord other = Broker(1, epoch: 4);
        ((RegisterBrokerRecord)other.Message).IncarnationId = Id(99);
        Publish(other);
        Task start = _lifecycle.StartAsync();
        await UntilAsync(() => _controller.Heartbeats.Length > 0);
        Publish(other);
        Assert.False(start.IsCompleted);
        Publish(Broker(1, epoch: 7));
        await start;
    }

    [Fact]
    public async Task It_tries_again_until_there_is_a_controller()
    {
        _controller.IsDown = true;
        Task start = _lifecycle.StartAsync();
        await UntilAsync(() => _controller.Attempts > 5, TimeSpan.FromMilliseconds(20));
        _controller.IsDown = false;
        await UntilAsync(() => _controller.Heartbeats.Length > 0, TimeSpan.FromMilliseconds(20));
        Publish(Broker(1, epoch: 7));
        await start;
    }

    [Fact]
    public async Task It_tries_again_as_long_as_its_former_process_counts_as_alive()
    {
        int refusals = 0;
        _controller.OnRegistration = () => refusals++ < 3 ? new() { ErrorCode = ErrorCode.DuplicateBrokerRegistration } : new() { BrokerEpoch = 8 };
        Task start = _lifecycle.StartAsync();
        await UntilAsync(() => _lifecycle.BrokerEpoch == 8, TimeSpan.FromMilliseconds(20));
        Publish(Broker(1, epoch: 8));
        await start;
    }

    [Theory]
    [InlineData(ErrorCode.InconsistentClusterId)]
    [InlineData(ErrorCode.InvalidRegistration)]
    [InlineData(ErrorCode.UnsupportedVersion)]
    public async Task What_will_never_be_accepted_ends_the_start_with_the_reason(ErrorCode error)
    {
        _controller.OnRegistration = () => new() { ErrorCode = error };
        BrokerRegistrationException refused = await Assert.ThrowsAsync<BrokerRegistrationException>(() => _lifecycle.StartAsync());
        Assert.Contains(error.ToString(), refused.Message);
    }

    [Fact]
    public async Task A_start_does_not_wait_for_ever()
    {
        _controller.IsDown = true;
        Task start = _lifecycle.StartAsync();
        await UntilAsync(() => _controller.Attempts > 0);
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Contains("initial.broker.registration.timeout.ms", (await Assert.ThrowsAsync<BrokerRegistrationException>(() => start)).Message);
    }

    [Fact]
    public async Task Heartbeats_are_sent_in_their_interval_or_when_there_is_something_to_say()
    {
        await StartAsync();
        int before = _controller.Heartbeats.Length;
        await UntilAsync(() => _controller.Heartbeats.Length > before, TimeSpan.FromMilliseconds(2_000));
        before = _controller.Heartbeats.Length;
        _offline.Add(Id(2_001));
        _lifecycle.SendNow();
        await UntilAsync(() => _controller.Heartbeats.Length > before);
        BrokerHeartbeatRequest last = _controller.Heartbeats[^1];
        Assert.Equal((7L, false, false), (last.BrokerEpoch, last.WantFence, last.WantShutDown));
        Assert.Equal([Id(2_001)], last.OfflineLogDirs);
        _controller.HeartbeatVersion = 0;
        _lifecycle.SendNow();
        await UntilAsync(() => _controller.Heartbeats.Length > before + 1);
        Assert.Empty(_controller.Heartbeats[^1].OfflineLogDirs);
    }

    [Fact]
    public async Task When_another_broker_stops_it_says_at_once_how_far_it_has_followed()
    {
        await StartAsync();
        Publish(Broker(2));
        int before = _controller.Heartbeats.Length;
        Publish(Of(new BrokerRegistrationChangeRecord { BrokerId = 2, BrokerEpoch = 10, InControlledShutdown = 1 }, 1));
        await UntilAsync(() => _controller.Heartbeats.Length > before);
        Assert.Equal(_image.Provenance.LastContainedOffset, _controller.Heartbeats[^1].CurrentMetadataOffset);
    }

    [Fact]
    public async Task A_broker_stops_when_it_is_let_and_says_nothing_afterwards()
    {
        await StartAsync();
        int asked = 0;
        _controller.OnHeartbeat = request => new() { ShouldShutDown = request.WantShutDown && ++asked == 3, IsFenced = false };
        Task stop = _lifecycle.ShutDownAsync(TimeSpan.FromSeconds(5));
        await UntilAsync(() => stop.IsCompleted, TimeSpan.FromMilliseconds(50));
        Assert.Equal(3, _controller.Heartbeats.Count(heartbeat => heartbeat.WantShutDown));
        _time.Advance(TimeSpan.FromSeconds(10));
        _lifecycle.SendNow();
        await _lifecycle.DisposeAsync();
        Assert.Equal(3, _controller.Heartbeats.Count(heartbeat => heartbeat.WantShutDown));
    }

    [Fact]
    public async Task A_broker_with_successors_stays_until_clients_have_heard_of_them()
    {
        await StartAsync();
        Publish(Broker(2));
        Assert.True(_lifecycle.HasSuccessors);
        _controller.OnHeartbeat = request => new() { ShouldShutDown = AskedToStop() == 2, IsFenced = false };
        Task stop = _lifecycle.ShutDownAsync(TimeSpan.FromSeconds(5));
        await UntilAsync(() => AskedToStop() == 1);
        TimeSpan stayed = TimeSpan.Zero;
        while (!stop.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(20));
            stayed += TimeSpan.FromMilliseconds(20);
            await LookAgainAsync(milliseconds: 1);
        }
        // librdkafka pauses for up to 120 ms before it sends to where it was refused.
        Assert.True(stayed >= TimeSpan.FromMilliseconds(200), $"it stayed for {stayed.TotalMilliseconds} ms");

        int AskedToStop() => _controller.Heartbeats.Count(heartbeat => heartbeat.WantShutDown);
    }

    [Fact]
    public async Task A_broker_that_nobody_lets_stop_stops_all_the_same()
    {
        await StartAsync();
        Task stop = _lifecycle.ShutDownAsync(TimeSpan.FromSeconds(5));
        await UntilAsync(() => stop.IsCompleted, TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task A_broker_that_never_served_has_nothing_to_hand_over()
    {
        _controller.IsDown = true;
        Task start = _lifecycle.StartAsync();
        await _lifecycle.ShutDownAsync(TimeSpan.FromSeconds(5));
        Assert.False(start.IsCompleted);
    }

    [Fact]
    public async Task A_broker_whose_id_another_process_has_taken_does_not_take_it_back()
    {
        await StartAsync();
        _controller.OnHeartbeat = _ => new() { ErrorCode = ErrorCode.StaleBrokerEpoch };
        int before = _controller.Heartbeats.Length;
        await UntilAsync(() => _controller.Heartbeats.Length > before + 5, TimeSpan.FromMilliseconds(2_000));
        Assert.Single(_controller.Registrations);
    }

    private async Task StartAsync()
    {
        Task start = _lifecycle.StartAsync();
        await UntilAsync(() => _controller.Heartbeats.Length > 0);
        Publish(Broker(1, epoch: 7));
        await start;
        // What the image woke is said before a test counts.
        int heartbeats = -1;
        while (heartbeats != _controller.Heartbeats.Length)
        {
            heartbeats = _controller.Heartbeats.Length;
            await LookAgainAsync(milliseconds: 10);
        }
    }

    private void Publish(params MetadataRecord[] records)
    {
        var delta = new MetadataDelta(_image);
        foreach (MetadataRecord record in records)
        {
            delta.Replay(record);
        }
        _image = delta.Apply(_image.Provenance with { LastContainedOffset = _image.Provenance.LastContainedOffset + records.Length });
        _lifecycle.OnMetadataUpdate(delta, _image);
    }

    /// <summary>Waits for a condition while time passes, if it has to.</summary>
    private async Task UntilAsync(Func<bool> condition, TimeSpan step = default)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            if (step > TimeSpan.Zero)
            {
                _time.Advance(step);
            }
            await LookAgainAsync(milliseconds: 1);
        }
    }

    /// <summary>Lets the threads that a condition waits for run.</summary>
    private static async Task LookAgainAsync(int milliseconds)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(milliseconds));
        await timer.WaitForNextTickAsync();
    }
}
