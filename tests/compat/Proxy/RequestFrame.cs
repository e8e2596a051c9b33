using System.Buffers.Binary;
using System.Text;

namespace Compat.Clients.Tests.Proxy;

/// <summary>A request as it came over the wire, its four bytes of length in front.</summary>
internal sealed class RequestFrame(byte[] bytes)
{
    private const int ClientIdAt = 12;

    public byte[] Bytes { get; } = bytes;

    public ApiNumber Api => (ApiNumber)BinaryPrimitives.ReadInt16BigEndian(Bytes.AsSpan(4));

    public short Version => BinaryPrimitives.ReadInt16BigEndian(Bytes.AsSpan(6));

    public int CorrelationId => BinaryPrimitives.ReadInt32BigEndian(Bytes.AsSpan(8));

    public string ClientId
    {
        get
        {
            int length = BinaryPrimitives.ReadInt16BigEndian(Bytes.AsSpan(ClientIdAt));
            return length <= 0 ? "" : Encoding.UTF8.GetString(Bytes, ClientIdAt + 2, length);
        }
    }
}

/// <summary>The API keys that rules speak of, written down apart from the product's own list.</summary>
internal enum ApiNumber : short
{
    Produce = 0,
    Fetch = 1,
    ListOffsets = 2,
    Metadata = 3,
    OffsetCommit = 8,
    OffsetFetch = 9,
    FindCoordinator = 10,
    JoinGroup = 11,
    Heartbeat = 12,
    LeaveGroup = 13,
    SyncGroup = 14,
    ApiVersions = 18,
    CreateTopics = 19,
    InitProducerId = 22,
}
