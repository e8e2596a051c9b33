using System.Text;
using Compat.Wire.Records;
using CsCheck;
using Record = Compat.Wire.Records.Record;

namespace Compat.Wire.Tests.Records;

/// <summary>A record as plain data that can be generated, printed and compared.</summary>
public sealed record RecordData(long Timestamp, string? Key, string? Value, string Headers)
{
    private static readonly Gen<string?> Bytes = Gen.Frequency(
        (1, Gen.Const((string?)null)),
        (8, Gen.Byte.Array[0, 40].Select(bytes => (string?)Convert.ToHexString(bytes))),
        (1, Gen.Int[100, 40_000].Select(length => (string?)Convert.ToHexString(Filled(length)))));

    private static readonly Gen<string> HeaderList = Gen.Select(Gen.String[0, 8], Bytes)
        .Array[0, 3]
        .Select(headers => Format(headers.Select(h => (h.Item1, h.Item2))));

    public static readonly Gen<RecordData> Generator =
        from timestamp in Gen.OneOf(Gen.Const(-1L), Gen.Long[0, 1L << 45])
        from key in Bytes
        from value in Bytes
        from headers in Gen.Frequency((3, Gen.Const("")), (1, HeaderList))
        select new RecordData(timestamp, key, value, headers);

    public static RecordData From(scoped in Record record)
    {
        var headers = new List<(string, string?)>();
        foreach (RecordHeaderView header in record.Headers)
        {
            headers.Add((Encoding.UTF8.GetString(header.Key), header.IsValueNull ? null : Convert.ToHexString(header.Value)));
        }

        return new RecordData(
            record.Timestamp,
            record.IsKeyNull ? null : Convert.ToHexString(record.Key),
            record.IsValueNull ? null : Convert.ToHexString(record.Value),
            Format(headers));
    }

    public static List<RecordData> ReadAll(RecordBatch batch)
    {
        var records = new List<RecordData>();
        long next = batch.BaseOffset;
        foreach (Record record in batch.Records())
        {
            Assert.Equal(next++, record.Offset);
            records.Add(From(record));
        }

        Assert.Equal(batch.RecordCount, records.Count);
        return records;
    }

    public static byte[] Build(RecordBatchBuilder builder, IEnumerable<RecordData> records)
    {
        foreach (RecordData record in records)
        {
            record.AppendTo(builder);
        }

        return builder.Build();
    }

    public void AppendTo(RecordBatchBuilder builder) =>
        builder.Append(Timestamp, Parse(Key), Parse(Value), [.. ParseHeaders()]);

    public override string ToString() => $"@{Timestamp} {Short(Key)}={Short(Value)} [{Short(Headers)}]";

    private static string Short(string? text) =>
        text is null ? "null" : text.Length <= 80 ? $"'{text}'" : $"'{text[..80]}'... ({text.Length})";

    private IEnumerable<RecordHeader> ParseHeaders()
    {
        foreach (string line in Headers.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int split = line.IndexOf('=', StringComparison.Ordinal);
            string value = line[(split + 1)..];
            yield return new RecordHeader(
                Encoding.UTF8.GetString(Convert.FromHexString(line[..split])),
                value == "null" ? default(ReadOnlyMemory<byte>?) : Convert.FromHexString(value));
        }
    }

    private static byte[]? Parse(string? hex) => hex is null ? null : Convert.FromHexString(hex);

    private static string Format(IEnumerable<(string Key, string? Value)> headers) =>
        string.Concat(headers.Select(h => $"{Convert.ToHexString(Encoding.UTF8.GetBytes(h.Key))}={h.Value ?? "null"}\n"));

    // Half noise, half repetition, so that every codec has both compressed and stored blocks to make.
    private static byte[] Filled(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes.AsSpan(0, length / 2));
        return bytes;
    }
}
