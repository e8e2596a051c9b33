using System.Buffers;

namespace Compat.Wire.Records.Codecs;

/// <summary>Writes the pieces as they are.</summary>
internal sealed class StoredWriter(IBufferWriter<byte> output) : CodecWriter
{
    public override void Dispose()
    {
    }

    internal override void Write(ReadOnlySpan<byte> piece) => output.Write(piece);

    internal override void Finish()
    {
    }
}
