using System.Buffers;
using System.Buffers.Binary;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Forwarding;

/// <summary>
/// Who asks, as brokers tell the controller: Kafka's own form, a version in front of the principal. There is no
/// authentication, so that everybody is the one that Kafka calls anonymous.
/// </summary>
internal static class ForwardedPrincipal
{
    private const short PrincipalVersion = 0;

    /// <summary>The principal of a client that is not authenticated.</summary>
    public static ReadOnlyMemory<byte> Anonymous { get; } = Write(new DefaultPrincipalData { Type = "User", Name = "ANONYMOUS" });

    /// <summary>True if the bytes are a principal.</summary>
    public static bool IsValid(ReadOnlyMemory<byte>? bytes)
    {
        if (bytes is not { Length: > sizeof(short) } principal)
        {
            return false;
        }

        try
        {
            var reader = new WireReader(principal);
            DefaultPrincipalData.Read(ref reader, reader.ReadInt16());
            return reader.IsAtEnd;
        }
        catch (WireFormatException)
        {
            return false;
        }
    }

    private static ReadOnlyMemory<byte> Write(DefaultPrincipalData principal)
    {
        var output = new ArrayBufferWriter<byte>();
        BinaryPrimitives.WriteInt16BigEndian(output.GetSpan(sizeof(short)), PrincipalVersion);
        output.Advance(sizeof(short));
        var writer = new WireWriter(output);
        principal.Write(ref writer, PrincipalVersion);
        writer.Flush();
        return output.WrittenMemory;
    }
}
