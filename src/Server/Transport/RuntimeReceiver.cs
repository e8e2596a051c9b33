using System.Net.Sockets;

namespace Compat.Server.Transport;

/// <summary>Receives from a socket by the runtime's own means, where there is no <see cref="SocketPoller"/>.</summary>
internal sealed class RuntimeReceiver(Socket socket) : ISocketReceiver
{
    private readonly SocketTransfer _transfer = new();

    /// <inheritdoc/>
    public bool EndsByShutdown => false;

    /// <inheritdoc/>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer) => _transfer.ReceiveAsync(socket, buffer);

    public void Dispose() => _transfer.Dispose();
}
