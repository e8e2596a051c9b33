using System.Text;

namespace Compat.Wire;

/// <summary>What stands in front of every request.</summary>
/// <param name="Key">The API that is called; it may be one that is not known.</param>
/// <param name="Version">The version of the request.</param>
/// <param name="CorrelationId">The number that the response repeats.</param>
/// <param name="ClientId">The name the client gives itself, or null.</param>
public readonly record struct RequestHeader(ApiKey Key, short Version, int CorrelationId, string? ClientId)
{
    private const int StackLimit = 256;

    /// <summary>
    /// Reads the header of a request. Its own version follows from the key and version it begins with. The client id keeps the older
    /// encoding in every version, so that it can be read before the request is understood.
    /// </summary>
    /// <param name="reader">The reader at the first byte of the request.</param>
    /// <param name="knownClientId">The client id of the request before on the connection; it is given back when it is the same, in place of a new string.</param>
    /// <exception cref="WireFormatException">The bytes are not a header.</exception>
    public static RequestHeader Read(ref WireReader reader, string? knownClientId = null)
    {
        ApiKey key = (ApiKey)reader.ReadInt16();
        short version = reader.ReadInt16();
        int correlationId = reader.ReadInt32();
        string? clientId = ReadClientId(ref reader, knownClientId);
        if (ApiCatalog.RequestHeaderVersion(key, version) >= 2)
        {
            reader.SkipTaggedFields();
        }

        return new RequestHeader(key, version, correlationId, clientId);
    }

    /// <summary>Writes the header as a client does.</summary>
    public void Write(ref WireWriter writer)
    {
        writer.WriteInt16((short)Key);
        writer.WriteInt16(Version);
        writer.WriteInt32(CorrelationId);
        writer.WriteNullableString(ClientId, flexible: false);
        if (ApiCatalog.RequestHeaderVersion(Key, Version) >= 2)
        {
            writer.WriteUnsignedVarint(0);
        }
    }

    private static string? ReadClientId(ref WireReader reader, string? known)
    {
        if (known is { Length: > 0 } && StartsWith(reader.PeekRemaining().Span, known))
        {
            reader.Skip(sizeof(short) + Encoding.UTF8.GetByteCount(known));
            return known;
        }

        return reader.ReadNullableString(flexible: false);
    }

    private static bool StartsWith(ReadOnlySpan<byte> bytes, string known)
    {
        if (bytes.Length < sizeof(short) + known.Length)
        {
            return false;
        }

        int length = Encoding.UTF8.GetByteCount(known);
        if (((bytes[0] << 8) | bytes[1]) != length || bytes.Length < sizeof(short) + length)
        {
            return false;
        }

        Span<byte> expected = length <= StackLimit ? stackalloc byte[length] : new byte[length];
        Encoding.UTF8.GetBytes(known, expected);
        return bytes.Slice(sizeof(short), length).SequenceEqual(expected);
    }
}
