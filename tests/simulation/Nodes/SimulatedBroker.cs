using System.Net;
using Compat.Log.Tests.Faults;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Sources;
using Compat.Server.Hosting;
using Compat.Simulation.Network;
using Compat.Simulation.Time;

namespace Compat.Simulation.Nodes;

/// <summary>
/// A real broker on a simulated machine. Its process ends in every way a process can, and comes back on what its disk has
/// kept.
/// </summary>
internal sealed class SimulatedBroker
{
    private readonly Timeline _timeline;
    private readonly SimulatedNetwork _network;
    private readonly Random _random;
    private readonly Story _story;
    private readonly string[] _settings;
    private readonly Func<string, bool> _liesAbout;
    private SimulatedDisk _disk;
    private FaultyStorage _storage;
    private NodeClock _clock;
    private int _starts;

    public SimulatedBroker(int id, Timeline timeline, SimulatedNetwork network, Random random, Story story, string[] settings, Func<string, bool> liesAbout)
    {
        Id = id;
        _timeline = timeline;
        _network = network;
        _random = random;
        _story = story;
        _settings = settings;
        _liesAbout = liesAbout;
        Address = AddressOf(id);
        _clock = new NodeClock(timeline, $"node {id}");
        _disk = new SimulatedDisk(_clock);
        _storage = new FaultyStorage(_disk) { LiesAbout = liesAbout };
    }

    public int Id { get; }

    public IPAddress Address { get; }

    /// <summary>The broker while its process runs and has started; null otherwise.</summary>
    public Broker? Ready { get; private set; }

    /// <summary>Whether its process runs.</summary>
    public bool IsRunning { get; private set; }

    public bool IsPaused => _clock.IsPaused;

    /// <summary>How many processes there were.</summary>
    public int Starts => _starts;

    /// <summary>The most that the device adds to each flush.</summary>
    public TimeSpan Slowness { get; set; }

    /// <summary>Called when the process ends by itself, with the reason.</summary>
    public Action<SimulatedBroker, string> OnExit { get; set; } = (_, _) => { };

    public static IPAddress AddressOf(int id) => new([10, 0, 0, (byte)id]);

    /// <summary>Starts a process; it is ready when it has found the others.</summary>
    public void Start()
    {
        _starts++;
        IsRunning = true;
        var clock = new NodeClock(_timeline, $"node {Id}") { Offset = _clock.Offset };
        _clock = clock;
        NodeNetwork network = _network.Join(Address, clock);
        int seed = _random.Next();
        var broker = new Broker(new BrokerOptions
        {
            Config = BrokerConfig.Load(new ConfigInputs
            {
                Host = new HostProfile(IsContainer: false, "/data"),
                Overrides = OverrideSource.Parse(_settings),
            }),
            Storage = _storage,
            Time = clock,
            CreateRandom = () => new Random(seed++),
            Loggers = new StoryLoggers(_story, $"node {Id}"),
            OpenNetwork = _ => network,
            StartFlushes = () => new SimulatedFlushes(_timeline, clock, _random, () => Slowness),
        });
        _timeline.After(TimeSpan.Zero, clock, () => _ = StartAsync(broker, clock));
    }

    /// <summary>kill -9.</summary>
    public void Kill() => End(isSilent: false, _disk.AfterKill);

    /// <summary>The machine loses its power: what was not flushed may be gone, and nobody is told.</summary>
    public void LosePower() => End(isSilent: true, () => _disk.AfterPowerLoss(_random));

    /// <summary>SIGSTOP.</summary>
    public void Pause() => _clock.Pause();

    /// <summary>SIGCONT.</summary>
    public void Resume() => _clock.Resume();

    /// <summary>The wall clock is set wrong, or right again with zero.</summary>
    public void SetWallClock(TimeSpan offset) => _clock.Offset = offset;

    /// <summary>How much fits on the disk beyond what is there; null for no limit.</summary>
    public void LimitDisk(long? freeBytes) => _disk.CapacityBytes = freeBytes is { } free ? _disk.UsedBytes + free : long.MaxValue;

    /// <summary>SIGTERM.</summary>
    public void Stop()
    {
        if (Ready is { } broker)
        {
            Ready = null;
            _ = StopAsync(broker, _clock);
        }
    }

    private async Task StartAsync(Broker broker, NodeClock clock)
    {
        try
        {
            await broker.StartAsync();
        }
        catch (Exception e) when (!clock.IsStopped)
        {
            Exit($"could not start: {e.Message}");
            return;
        }

        if (clock.IsStopped)
        {
            return;
        }

        Ready = broker;
        _story.Tell($"node {Id}", "is ready");
        Exception fatal = await broker.Fatal;
        if (!clock.IsStopped)
        {
            Exit($"cannot go on: {fatal.Message}");
        }
    }

    private async Task StopAsync(Broker broker, NodeClock clock)
    {
        try
        {
            await broker.DisposeAsync();
        }
        catch (IOException e)
        {
            _story.Tell($"node {Id}", $"stopped with {e.Message}");
        }

        if (!clock.IsStopped)
        {
            Exit("stopped");
        }
    }

    private void Exit(string reason)
    {
        Kill();
        OnExit(this, reason);
    }

    private void End(bool isSilent, Func<SimulatedDisk> leave)
    {
        _clock.Stop();
        _storage.Kill();
        _network.Leave(Address, isSilent);
        _disk = leave();
        _storage = new FaultyStorage(_disk) { LiesAbout = _liesAbout };
        Ready = null;
        IsRunning = false;
    }
}
