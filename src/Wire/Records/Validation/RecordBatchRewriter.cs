using Compat.Wire.Records.Codecs;

namespace Compat.Wire.Records.Validation;

/// <summary>Makes an accepted batch what the topic asks for: in place where the header is enough, else by recompressing.</summary>
internal static class RecordBatchRewriter
{
    internal static RecordBatchVerdict Rewrite(
        Memory<byte> memory, in RecordBatchHeader header, in RecordBatchRules rules, long maxTimestamp)
    {
        // Control records stay as they are, so that their readers need no codec.
        if (rules.Compression is { } target && target.Type != header.CompressionType && !header.IsControl)
        {
            return Recompress(memory, header, rules, target, maxTimestamp);
        }

        RecordBatchPatch.SetMaxTimestamp(memory.Span, rules.TimestampType, maxTimestamp);
        return RecordBatchVerdict.Accepted(memory, maxTimestamp);
    }

    // The records' own bytes do not depend on the codec, so they go from one to the other without being taken apart.
    private static RecordBatchVerdict Recompress(
        Memory<byte> memory, in RecordBatchHeader header, in RecordBatchRules rules, Compression target, long maxTimestamp)
    {
        using var output = new PooledBufferWriter(memory.Length);
        output.GetSpan(RecordBatch.HeaderSize);
        output.Advance(RecordBatch.HeaderSize);
        if (!Transcode(memory[RecordBatch.HeaderSize..], header.CompressionType, target, rules, output))
        {
            return RecordBatchHeaderCheck.TooLarge(output.Count, rules.MaxMessageBytes);
        }

        byte[] batch = output.Written.ToArray();
        RecordBatchHeader rewritten = header with
        {
            BatchLength = batch.Length - RecordBatch.LogOverhead,
            Attributes = (header.Attributes & ~RecordBatchAttributes.CompressionMask) | (RecordBatchAttributes)target.Type,
        };
        rewritten.Write(batch);
        RecordBatchPatch.SetTimestampFields(batch, rules.TimestampType, maxTimestamp);
        RecordBatchPatch.UpdateCrc(batch);
        return RecordBatchVerdict.Accepted(batch, maxTimestamp, isRebuilt: true);
    }

    /// <summary>False as soon as more has been written than the topic takes.</summary>
    private static bool Transcode(
        ReadOnlyMemory<byte> payload,
        CompressionType source,
        Compression target,
        in RecordBatchRules rules,
        PooledBufferWriter output)
    {
        using CodecReader reader = CodecReader.Open(source, payload, rules.MaxDecompressedBytes);
        using CodecWriter writer = CodecWriter.Open(target, output);
        for (ReadOnlySpan<byte> piece = reader.ReadChunk(); !piece.IsEmpty; piece = reader.ReadChunk())
        {
            writer.Write(piece);
            if (output.Count > rules.MaxMessageBytes)
            {
                return false;
            }
        }

        writer.Finish();
        return output.Count <= rules.MaxMessageBytes;
    }
}
