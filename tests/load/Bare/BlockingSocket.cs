using System.Net.Sockets;

namespace Compat.Load.Bare;

/// <summary>Whole sends and receives: a blocking call may still take a part only.</summary>
internal static class BlockingSocket
{
    public static void SendAll(this Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }

    /// <summary>Fills the buffer; false when the other side has ended first.</summary>
    public static bool TryReceiveAll(this Socket socket, Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var received = socket.Receive(buffer);
            if (received == 0)
            {
                return false;
            }

            buffer = buffer[received..];
        }

        return true;
    }
}
