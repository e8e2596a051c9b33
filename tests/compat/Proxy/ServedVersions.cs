using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Compat.Clients.Tests.Proxy;

/// <summary>The versions of each API that a broker says it serves, asked for without the product's own code.</summary>
internal sealed class ServedVersions
{
    private const int EntryBytes = 6;

    private readonly Dictionary<ApiNumber, (short Min, short Max)> _versions = [];

    /// <summary>Asks by an ApiVersions request of version 0 with correlation id 1 and without a client's name.</summary>
    public static async Task<ServedVersions> AskAsync(string bootstrap)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPEndPoint.Parse(bootstrap), TestContext.Current.CancellationToken);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Convert.FromHexString("0000000A" + "0012" + "0000" + "00000001" + "FFFF"), TestContext.Current.CancellationToken);
        byte[] length = new byte[4];
        await stream.ReadExactlyAsync(length, TestContext.Current.CancellationToken);
        byte[] answer = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await stream.ReadExactlyAsync(answer, TestContext.Current.CancellationToken);
        return new ServedVersions(answer);
    }

    // Correlation id, error code, number of entries, and the entries: API, oldest and newest version.
    private ServedVersions(byte[] answer)
    {
        Assert.Equal(0, BinaryPrimitives.ReadInt16BigEndian(answer.AsSpan(4)));
        ReadOnlySpan<byte> entries = answer.AsSpan(10, EntryBytes * BinaryPrimitives.ReadInt32BigEndian(answer.AsSpan(6)));
        for (; !entries.IsEmpty; entries = entries[EntryBytes..])
        {
            _versions.Add(
                (ApiNumber)BinaryPrimitives.ReadInt16BigEndian(entries),
                (BinaryPrimitives.ReadInt16BigEndian(entries[2..]), BinaryPrimitives.ReadInt16BigEndian(entries[4..])));
        }
    }

    public bool Serves(RequestFrame request) =>
        _versions.TryGetValue(request.Api, out (short Min, short Max) versions) && request.Version >= versions.Min && request.Version <= versions.Max;
}
