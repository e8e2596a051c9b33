namespace Compat.Wire;

/// <summary>What stands in front of every response.</summary>
/// <param name="CorrelationId">The number of the request that is answered.</param>
public readonly record struct ResponseHeader(int CorrelationId)
{
    /// <summary>Reads the header of a response to a request of this API and version.</summary>
    /// <exception cref="WireFormatException">The bytes are not a header.</exception>
    public static ResponseHeader Read(ref WireReader reader, ApiKey key, short version)
    {
        ResponseHeader header = new(reader.ReadInt32());
        if (ApiCatalog.ResponseHeaderVersion(key, version) >= 1)
        {
            reader.SkipTaggedFields();
        }

        return header;
    }

    /// <summary>Writes the header of a response to a request of this API and version.</summary>
    public void Write(ref WireWriter writer, ApiKey key, short version)
    {
        writer.WriteInt32(CorrelationId);
        if (ApiCatalog.ResponseHeaderVersion(key, version) >= 1)
        {
            writer.WriteUnsignedVarint(0);
        }
    }
}
