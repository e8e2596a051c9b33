namespace Compat.Wire.Records.Codecs;

/// <summary>Records that are not compressed, as one piece.</summary>
internal sealed class StoredReader(ReadOnlyMemory<byte> source, int limit) : CodecReader(limit)
{
    private ReadOnlyMemory<byte> _source = source;

    public override void Dispose()
    {
    }

    protected override ReadOnlySpan<byte> ReadNext()
    {
        ReadOnlySpan<byte> all = _source.Span;
        _source = default;
        return all;
    }
}
