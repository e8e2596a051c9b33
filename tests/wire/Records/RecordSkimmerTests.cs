using Compat.Wire.Records;
using Compat.Wire.Records.Codecs;
using Compat.Wire.Records.Validation;
using CsCheck;
using Record = Compat.Wire.Records.Record;

namespace Compat.Wire.Tests.Records;

public class RecordSkimmerTests
{
    private static readonly Gen<int> PieceSizes = Gen.OneOf(Gen.Int[1, 5], Gen.Int[1, 100], Gen.Const(int.MaxValue));

    [Fact]
    public void Skimming_sees_what_reading_sees_however_the_records_are_cut_into_pieces() =>
        Gen.Select(RecordData.Generator.Array[1, 8], PieceSizes).Sample((records, pieceSize) =>
        {
            RecordBatch batch = Build(records);
            Assert.Equal(Read(batch), Skim(batch, pieceSize));
        });

    [Fact]
    public void Skimming_refuses_what_reading_refuses() => Gen.Select(
        RecordData.Generator.Array[1, 8],
        PieceSizes,
        Gen.Select(Gen.Int[0, 400], Gen.Byte).Array[0, 4],
        Gen.Int[-3, 3]).Sample(
        (records, pieceSize, damages, countChange) =>
        {
            byte[] bytes = Build(records).Memory.ToArray();
            foreach ((int position, byte value) in damages)
            {
                bytes[RecordBatch.HeaderSize + (position % (bytes.Length - RecordBatch.HeaderSize))] = value;
            }

            bytes[60] = (byte)Math.Max(0, records.Length + countChange);
            var batch = new RecordBatch(bytes);
            Assert.Equal(Read(batch), Skim(batch, pieceSize));
        },
        iter: 1000);

    [Fact]
    public void Every_damage_to_every_byte_of_a_record_is_judged_alike()
    {
        RecordBatch batch = Build([new(5, "01", "0203", "41=42\n"), new(70, null, null, "")]);
        for (int position = RecordBatch.HeaderSize; position < batch.SizeInBytes; position++)
        {
            for (int value = 0; value < 256; value++)
            {
                byte[] bytes = batch.Memory.ToArray();
                bytes[position] = (byte)value;
                var damaged = new RecordBatch(bytes);
                string read = Read(damaged);
                Assert.Equal(read, Skim(damaged, int.MaxValue));
                Assert.Equal(read, Skim(damaged, 1));
            }
        }
    }

    private static RecordBatch Build(RecordData[] records)
    {
        using var builder = new RecordBatchBuilder();
        return new RecordBatch(RecordData.Build(builder, records));
    }

    private static string Read(RecordBatch batch)
    {
        var seen = new List<string>();
        try
        {
            foreach (Record record in batch.Records())
            {
                seen.Add($"{record.OffsetDelta} {record.Timestamp - batch.BaseTimestamp} {record.IsKeyNull}");
            }
        }
        catch (WireFormatException)
        {
            return "refused";
        }

        return string.Join(',', seen);
    }

    private static string Skim(RecordBatch batch, int pieceSize)
    {
        var seen = new List<string>();
        using var reader = new PieceReader(batch.Payload, pieceSize);
        var skimmer = pieceSize == int.MaxValue ? new RecordSkimmer(batch.Payload.Span) : new RecordSkimmer(reader);
        try
        {
            for (int i = 0; i < batch.RecordCount; i++)
            {
                skimmer.Next();
                seen.Add($"{skimmer.OffsetDelta} {skimmer.TimestampDelta} {skimmer.IsKeyNull}");
            }

            if (batch.RecordCount > 0)
            {
                skimmer.End();
            }
        }
        catch (WireFormatException)
        {
            return "refused";
        }

        return string.Join(',', seen);
    }

    private sealed class PieceReader(ReadOnlyMemory<byte> source, int size) : CodecReader(int.MaxValue)
    {
        private int _at;

        public override void Dispose()
        {
        }

        protected override ReadOnlySpan<byte> ReadNext()
        {
            ReadOnlySpan<byte> piece = source.Span.Slice(_at, Math.Min(size, source.Length - _at));
            _at += piece.Length;
            return piece;
        }
    }
}
