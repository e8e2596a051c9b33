using System.Buffers;
using ZstdSharp;

namespace Compat.Wire.Records.Codecs;

/// <summary>One Zstandard frame.</summary>
internal sealed class ZstdWriter(IBufferWriter<byte> output, int level) : CodecWriter
{
    private const int OutputSize = 32 * 1024;

    private readonly Compressor _compressor = new(level);

    public override void Dispose() => _compressor.Dispose();

    internal override void Write(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            _compressor.WrapStream(piece, output.GetSpan(OutputSize), out int consumed, out int written, isFinalBlock: false);
            output.Advance(written);
            piece = piece[consumed..];
        }
    }

    internal override void Finish()
    {
        OperationStatus status;
        do
        {
            status = _compressor.FlushStream(output.GetSpan(OutputSize), out int written, isFinalBlock: true);
            output.Advance(written);
        }
        while (status != OperationStatus.Done);
    }
}
