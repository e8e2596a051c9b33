using System.Net.Sockets;

namespace Compat.Load.Bare;

/// <summary>Sends back whatever it receives: what the loopback and two processes that wake each other cost, without any work.</summary>
internal sealed class EchoServer : IDisposable
{
    private const int BufferBytes = 64 * 1024;
    private readonly LoopbackListener _listener = new(Echo);

    public int Port => _listener.Port;

    public void Dispose() => _listener.Dispose();

    private static void Echo(Socket socket)
    {
        using (socket)
        {
            var buffer = new byte[BufferBytes];
            try
            {
                for (int received; (received = socket.Receive(buffer)) > 0;)
                {
                    socket.SendAll(buffer.AsSpan(0, received));
                }
            }
            catch (SocketException)
            {
                // The client has gone.
            }
        }
    }
}
