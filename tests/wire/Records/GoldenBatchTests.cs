using System.Text;
using Compat.Wire.Records;

namespace Compat.Wire.Tests.Records;

/// <summary>
/// Batches that real clients sent in Produce requests, kept as they came over the wire. Each holds the same records; those
/// that are compressed have one more, of 150,000 bytes.
/// </summary>
public class GoldenBatchTests
{
    private const long Timestamp = 1_700_000_000_000;

    private static readonly byte[] Big = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("0123456789abcdef", 9375)));

    public static readonly TheoryData<string, CompressionType> Batches = new(
        from client in (string[])["librdkafka-2.0.2", "kafka-python-2.0.2", "sarama-1.22.1"]
        from codec in Enum.GetValues<CompressionType>()
        select (client, codec));

    [Theory]
    [MemberData(nameof(Batches))]
    public void A_batch_of_a_real_client_reads_as_what_the_client_was_given(string client, CompressionType codec)
    {
        var batch = new RecordBatch(Load(client, codec));
        Assert.True(batch.IsCrcValid());
        Assert.Equal(codec, batch.CompressionType);
        Assert.Equal(Expected(client, codec), RecordData.ReadAll(batch));
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void A_batch_of_a_real_client_is_accepted_as_it_is(string client, CompressionType codec)
    {
        byte[] batch = Load(client, codec);
        byte[] before = [.. batch];
        Assert.Equal(ErrorCode.None, ProducedRecords.Check(batch, 9, out int size, out _));
        Assert.Equal(batch.Length, size);

        var rules = new RecordBatchRules { IsFromClient = true, TimestampAfterMaxMs = 1 };
        RecordBatchVerdict verdict = RecordBatchValidator.Validate(batch, rules, Timestamp + 70_000);
        Assert.Equal((ErrorCode.None, null), (verdict.ErrorCode, verdict.ErrorMessage));
        if (client.StartsWith("sarama", StringComparison.Ordinal))
        {
            // It sends a maximum timestamp that is not the records'; the leader puts it right, and the checksum with it.
            Assert.NotEqual(verdict.MaxTimestamp, new RecordBatch(before).MaxTimestamp);
            RecordBatchPatch.SetMaxTimestamp(before, TimestampType.CreateTime, verdict.MaxTimestamp);
        }

        Assert.Equal(before, verdict.Batch.ToArray());
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void A_batch_of_a_real_client_is_recompressed_without_a_change_to_its_records(string client, CompressionType codec)
    {
        foreach (CompressionType target in Enum.GetValues<CompressionType>())
        {
            var rules = new RecordBatchRules { IsFromClient = true, Compression = Compression.Of(target) };
            RecordBatchVerdict verdict = RecordBatchValidator.Validate(Load(client, codec), rules, Timestamp);
            Assert.Equal(Expected(client, codec), RecordData.ReadAll(new RecordBatch(verdict.Batch)));
        }
    }

    private static List<RecordData> Expected(string client, CompressionType codec)
    {
        string headers = $"{Hex("h1")}={Hex("v1")}\n{Hex("h1")}={Hex("v2")}\n{Hex("empty")}=\n{Hex("null")}=null\n";
        List<RecordData> records =
        [
            new(Timestamp, Hex("key-0"), Hex("value-0"), headers),
            new(Timestamp + 1, null, Hex("value without key"), ""),
            new(Timestamp + 2, Hex("tombstone"), null, ""),
        ];
        if (codec != CompressionType.None)
        {
            records.Add(new(Timestamp + 70_000, Hex("big"), Convert.ToHexString(Big), ""));
        }

        return records;
    }

    private static string Hex(string text) => Convert.ToHexString(Encoding.ASCII.GetBytes(text));

    private static byte[] Load(string client, CompressionType codec)
    {
        string name = $"Golden/{client}-{codec.ToString().ToLowerInvariant()}";
        using Stream stream = typeof(GoldenBatchTests).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"There is no resource {name}.");
        var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
