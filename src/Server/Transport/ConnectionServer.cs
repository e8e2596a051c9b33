using System.Net;
using Compat.Server.Handlers;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Transport;

/// <summary>
/// Accepts connections on every listener and serves them until it is stopped. One timer watches over all of them.
/// </summary>
internal sealed class ConnectionServer : IAsyncDisposable
{
    private static readonly TimeSpan LongestSweep = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestSweep = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StopPoll = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// How long nothing is accepted after a failure. Who is short of file handles is so until a connection ends; asking without
    /// a pause would take a processor from those who are connected.
    /// </summary>
    internal static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly ConnectionLimits _limits;
    private readonly IRequestDispatcher _dispatcher;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly List<(IChannelListener Listener, Task Accepting)> _listeners = [];
    private readonly ITimer? _sweeper;
    private readonly CancellationTokenSource _stopping = new();

    public ConnectionServer(ConnectionLimits limits, IRequestDispatcher dispatcher, TimeProvider time, ILogger logger)
    {
        _limits = limits;
        _dispatcher = dispatcher;
        _time = time;
        _logger = logger;
        Connections = new ConnectionTable(limits);
        if (limits.MaxIdle is TimeSpan idle)
        {
            TimeSpan sweep = TimeSpan.FromTicks(Math.Clamp(idle.Ticks / 4, ShortestSweep.Ticks, LongestSweep.Ticks));
            _sweeper = time.CreateTimer(static state => ((ConnectionServer)state!).CloseIdle(), this, sweep, sweep);
        }
    }

    /// <summary>The open connections.</summary>
    public ConnectionTable Connections { get; }

    /// <summary>Starts to accept connections from <paramref name="listener"/>, which it then owns.</summary>
    public void Start(string listenerName, IChannelListener listener) =>
        _listeners.Add((listener, Task.Run(() => AcceptAsync(listenerName, listener))));

    /// <summary>
    /// Stops in order: accepts nothing more, lets requests under way be answered for at most <paramref name="patience"/>,
    /// then closes what is left.
    /// </summary>
    public async Task StopAsync(TimeSpan patience)
    {
        _stopping.Cancel();
        foreach ((IChannelListener listener, _) in _listeners)
        {
            listener.Dispose();
        }

        await Task.WhenAll(_listeners.Select(each => each.Accepting));
        foreach (Connection connection in Connections.Connections)
        {
            connection.Stop();
        }

        long started = _time.GetTimestamp();
        while (Connections.Count > 0 && _time.GetElapsedTime(started) < patience)
        {
            await Task.Delay(StopPoll, _time);
        }

        foreach (Connection connection in Connections.Connections)
        {
            connection.Abort();
        }
    }

    /// <summary>Closes everything at once, if <see cref="StopAsync"/> has not done so before.</summary>
    public async ValueTask DisposeAsync()
    {
        _sweeper?.Dispose();
        await StopAsync(TimeSpan.Zero);
    }

    private async Task AcceptAsync(string listenerName, IChannelListener listener)
    {
        bool hasFailed = false;
        while (await listener.AcceptAsync() is { } accepted && accepted != AcceptResult.Closed)
        {
            if (accepted.Channel is not IByteChannel channel)
            {
                // One line for a shortage, however long it lasts.
                if (!hasFailed)
                {
                    TransportLog.AcceptFailed(_logger, listenerName, accepted.Failure!);
                }

                hasFailed = true;
                await Task.Delay(AcceptPause, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            hasFailed = false;
            ThreadPool.UnsafeQueueUserWorkItem(
                static accepted => _ = accepted.Server.ServeAsync(accepted.ListenerName, accepted.Channel),
                (Server: this, ListenerName: listenerName, Channel: channel),
                preferLocal: false);
        }
    }

    private async Task ServeAsync(string listenerName, IByteChannel channel)
    {
        if (!channel.TryOpen())
        {
            channel.Dispose();
            return;
        }

        IPAddress address = channel.RemoteEndPoint.Address;
        if (Connections.TryEnter(listenerName, address) is (string setting, int limit))
        {
            TransportLog.ConnectionRefused(_logger, channel.RemoteEndPoint, listenerName, limit, setting);
            channel.Dispose();
            return;
        }

        var info = new ConnectionInfo(Connections.NextId(), listenerName, channel.LocalEndPoint, channel.RemoteEndPoint);
        var connection = new Connection(channel, info, _limits.MaxRequestBytes, _dispatcher, _time, _logger);
        Connections.Add(connection);
        if (_stopping.IsCancellationRequested)
        {
            connection.Stop();
        }

        try
        {
            await connection.RunAsync();
        }
        finally
        {
            Connections.Leave(info.Id, listenerName, address);
        }
    }

    private void CloseIdle()
    {
        long since = _time.GetTimestamp() - (long)(_limits.MaxIdle!.Value.TotalSeconds * _time.TimestampFrequency);
        foreach (Connection connection in Connections.Connections)
        {
            if (connection.IsIdleSince(since))
            {
                // The usual end of a pooled connection: nothing to tell.
                connection.Abort();
            }
        }
    }
}
