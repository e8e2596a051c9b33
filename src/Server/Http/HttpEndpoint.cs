using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Http;

/// <summary>
/// A small HTTP listener for pages that machines read: GET and HEAD, one request a connection, no keep-alive. It listens on both stacks and takes
/// any free port, which <see cref="System.Net.HttpListener"/> does not.
/// </summary>
internal sealed partial class HttpEndpoint : IAsyncDisposable
{
    /// <summary>Requests answered at a time; more wait to be accepted.</summary>
    private const int MaxConcurrentRequests = 16;

    private const int AttemptsForFreePort = 20;

    private static readonly TimeSpan AcceptRetryDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    private readonly IReadOnlyDictionary<string, Func<CancellationToken, Task<HttpPage>>> _pages;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _slots = new(MaxConcurrentRequests);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Socket> _sockets = [];
    private readonly List<Task> _accepting = [];

    private HttpEndpoint(IReadOnlyDictionary<string, Func<CancellationToken, Task<HttpPage>>> pages, TimeProvider time, ILogger logger)
    {
        _pages = pages;
        _time = time;
        _logger = logger;
    }

    /// <summary>The port it listens on.</summary>
    public int Port { get; private set; }

    /// <summary>Listens on a port of some addresses, and answers from pages by path.</summary>
    /// <param name="addresses">At least one; those after the first may be missing on this machine.</param>
    /// <param name="port">The port; 0 takes one that is free on all of them.</param>
    /// <param name="pages">What to answer, by path.</param>
    /// <param name="time">For the time a client may take.</param>
    /// <param name="logger">Where failures are said.</param>
    /// <exception cref="SocketException">The port cannot be had.</exception>
    public static HttpEndpoint Start(
        IReadOnlyList<IPAddress> addresses, int port, IReadOnlyDictionary<string, Func<CancellationToken, Task<HttpPage>>> pages, TimeProvider time, ILogger logger)
    {
        HttpEndpoint endpoint = new(pages, time, logger);
        for (int attempt = 1; !endpoint.TryBind(addresses, port, mayFail: port == 0 && attempt < AttemptsForFreePort); attempt++)
        {
        }

        endpoint._accepting.AddRange(endpoint._sockets.Select(socket => Task.Run(() => endpoint.AcceptAsync(socket))));
        return endpoint;
    }

    /// <summary>Stops listening and drops requests under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        CloseSockets();
        await Task.WhenAll(_accepting);
        _stop.Dispose();
        _slots.Dispose();
    }

    private bool TryBind(IReadOnlyList<IPAddress> addresses, int port, bool mayFail)
    {
        try
        {
            foreach (IPAddress address in addresses)
            {
                Bind(address, port, isOptional: _sockets.Count > 0);
                port = Port;
            }

            return true;
        }
        catch (SocketException e) when (mayFail && e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            // What was free on the first address is taken on another: try the next free one.
            CloseSockets();
            return false;
        }
        catch
        {
            CloseSockets();
            throw;
        }
    }

    private void Bind(IPAddress address, int port, bool isOptional)
    {
        Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(MaxConcurrentRequests);
            _sockets.Add(socket);
            Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        }
        catch (SocketException e) when (isOptional && e.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
        {
            // A machine without IPv6 still has a localhost.
            socket.Dispose();
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void CloseSockets()
    {
        _sockets.ForEach(socket => socket.Dispose());
        _sockets.Clear();
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                await _slots.WaitAsync(_stop.Token);
                _ = AnswerAsync(await AcceptOneAsync(listener));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // It is stopped.
        }
    }

    private async Task<Socket> AcceptOneAsync(Socket listener)
    {
        while (true)
        {
            try
            {
                return await listener.AcceptAsync(_stop.Token);
            }
            catch (SocketException) when (!_stop.IsCancellationRequested)
            {
                // A client that has gone again, or no file descriptors left: the next one may do better.
                await Task.Delay(AcceptRetryDelay, _time, _stop.Token);
            }
        }
    }

    private async Task AnswerAsync(Socket client)
    {
        try
        {
            using CancellationTokenSource timeout = new(RequestTimeout, _time);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stop.Token);
            await using NetworkStream stream = new(client, ownsSocket: true);
            await AnswerAsync(stream, either.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client has gone or is too slow, or the broker stops.
        }
        catch (Exception e)
        {
            LogFailed(e);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task AnswerAsync(NetworkStream stream, CancellationToken cancellation)
    {
        HttpRequestLine? request = await HttpRequestLine.ReadAsync(stream, cancellation);
        HttpPage page = request is null ? HttpPage.Text("400 Bad Request", "bad request\n")
            : request.Value.Method is not ("GET" or "HEAD") ? HttpPage.Text("405 Method Not Allowed", "only GET\n")
            : _pages.TryGetValue(request.Value.Path, out Func<CancellationToken, Task<HttpPage>>? find) ? await find(cancellation)
            : HttpPage.Text("404 Not Found", string.Join('\n', _pages.Keys) + "\n");
        // The body ends with the connection, so nothing has to be gathered to know its length.
        string head = $"HTTP/1.1 {page.Status}\r\nContent-Type: {page.ContentType}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), cancellation);
        if (request?.Method != "HEAD")
        {
            await page.WriteAsync(stream, cancellation);
        }

        // A half-close tells the client that the body is whole; closing at once could make the rest of its request a reset.
        stream.Socket.Shutdown(SocketShutdown.Send);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A page could not be written")]
    private partial void LogFailed(Exception exception);
}
