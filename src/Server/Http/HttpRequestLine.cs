using System.Text;

namespace Compat.Server.Http;

/// <summary>What a request asks for.</summary>
/// <param name="Method">For example GET.</param>
/// <param name="Path">The path without its query.</param>
internal readonly record struct HttpRequestLine(string Method, string Path)
{
    /// <summary>The largest head of a request that is read.</summary>
    public const int MaxHeadBytes = 8 * 1024;

    /// <summary>Reads the head of a request; null when it is none, is too long, or the client has gone.</summary>
    public static async Task<HttpRequestLine?> ReadAsync(Stream input, CancellationToken cancellation)
    {
        byte[] head = new byte[MaxHeadBytes];
        int length = 0;
        while (length < head.Length)
        {
            int read = await input.ReadAsync(head.AsMemory(length), cancellation);
            if (read == 0)
            {
                return null;
            }

            length += read;
            if (head.AsSpan(0, length).IndexOf("\r\n\r\n"u8) >= 0)
            {
                return Parse(head.AsSpan(0, length));
            }
        }

        return null;
    }

    private static HttpRequestLine? Parse(ReadOnlySpan<byte> head)
    {
        string[] parts = Encoding.ASCII.GetString(head[..head.IndexOf("\r\n"u8)]).Split(' ');
        return parts.Length == 3 && parts[2].StartsWith("HTTP/1.", StringComparison.Ordinal)
            ? new HttpRequestLine(parts[0], parts[1].Split('?')[0])
            : null;
    }
}
