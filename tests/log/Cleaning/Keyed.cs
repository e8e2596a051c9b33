using System.Text;
using Compat.Wire.Records;
using Record = Compat.Wire.Records.Record;

namespace Compat.Log.Tests.Cleaning;

/// <summary>Batches of records with keys, and what a reader makes of a log of them.</summary>
internal static class Keyed
{
    /// <summary>A batch of records; a value of null is a tombstone.</summary>
    public static byte[] Batch(long timestamp, params (string? Key, string? Value)[] records) => Build(new RecordBatchBuilder(), timestamp, records);

    public static byte[] FromProducer(long producerId, int sequence, long timestamp, bool transactional, params (string? Key, string? Value)[] records) =>
        Build(new RecordBatchBuilder { ProducerId = producerId, ProducerEpoch = 0, BaseSequence = sequence, IsTransactional = transactional }, timestamp, records);

    public static byte[] Build(RecordBatchBuilder builder, long timestamp, params (string? Key, string? Value)[] records)
    {
        using (builder)
        {
            foreach ((string? key, string? value) in records)
            {
                builder.Append(timestamp, Bytes(key), Bytes(value), new RecordHeader("h", Bytes(value ?? "none")));
            }

            return builder.Build();
        }
    }

    /// <summary>Every record of the batches, control records left out.</summary>
    public static List<KeyedRecord> Records(IEnumerable<RecordBatch> batches)
    {
        List<KeyedRecord> records = [];
        foreach (RecordBatch batch in batches.Where(batch => !batch.IsControl))
        {
            foreach (Record record in batch.Records())
            {
                string header = "";
                foreach (RecordHeaderView view in record.Headers)
                {
                    header += Encoding.UTF8.GetString(view.Value);
                }

                records.Add(new KeyedRecord(record.Offset, Text(record.IsKeyNull, record.Key), Text(record.IsValueNull, record.Value), record.Timestamp, header));
            }
        }

        return records;
    }

    /// <summary>What a reader of committed records has in the end: the value of each key.</summary>
    public static SortedDictionary<string, string> State(PartitionLog log)
    {
        SortedDictionary<string, string> state = new(StringComparer.Ordinal);
        foreach (KeyedRecord record in Committed(log))
        {
            if (record.Value is null)
            {
                state.Remove(record.Key!);
            }
            else
            {
                state[record.Key!] = record.Value;
            }
        }

        return state;
    }

    /// <summary>What a consumer with read_committed sees, by fetches as it sends them.</summary>
    public static List<KeyedRecord> Committed(PartitionLog log)
    {
        List<KeyedRecord> records = [];
        long offset = log.LogStartOffset;
        while (offset < log.LastStableOffset)
        {
            using LogReadResult read = log.Read(offset, 300, FetchIsolation.TransactionCommitted, minOneBatch: true);
            long before = offset;
            HashSet<long> abortedNow = [];
            foreach (RecordBatch batch in new RecordBatches(read.Records.Memory))
            {
                foreach (var aborted in read.AbortedTransactions!.Where(each => each.FirstOffset <= batch.LastOffset && each.LastOffset >= batch.BaseOffset))
                {
                    abortedNow.Add(aborted.ProducerId);
                }

                if (batch.IsControl)
                {
                    abortedNow.Remove(batch.ProducerId);
                }
                else if (!(batch.IsTransactional && abortedNow.Contains(batch.ProducerId)))
                {
                    records.AddRange(Records([batch]).Where(record => record.Offset >= before));
                }

                offset = batch.NextOffset;
            }

            if (offset == before)
            {
                // Nothing is left up to the end.
                break;
            }
        }

        return records;
    }

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);

    private static string? Text(bool isNull, ReadOnlySpan<byte> bytes) => isNull ? null : Encoding.UTF8.GetString(bytes);
}

internal sealed record KeyedRecord(long Offset, string? Key, string? Value, long Timestamp, string Header);
