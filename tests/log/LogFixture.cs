using Compat.Log.Configuration;
using Compat.Log.Loading;
using Compat.Log.Storage;
using Compat.Wire;
using Compat.Wire.Records;
using Microsoft.Extensions.Time.Testing;
using Record = Compat.Wire.Records.Record;

namespace Compat.Log.Tests;

/// <summary>One partition's log on storage in memory, with a clock of its own, that can be closed, killed and opened again.</summary>
internal sealed class LogFixture
{
    public const string Root = "/data";

    public static readonly TopicPartition Partition = new("topic", 0);
    public static readonly Uuid TopicId = new(1, 2);

    private readonly int _maxDecompressedBytes;

    public LogFixture(
        IStorage? storage = null, LogConfig? config = null, string root = Root, bool isClean = true, int maxDecompressedBytes = Compression.DefaultMaxDecompressedBytes)
    {
        _maxDecompressedBytes = maxDecompressedBytes;
        Directory = Path.Combine(root, "topic-0");
        Storage = storage ?? new MemoryStorage(Time);
        Config = config ?? LogConfig.Default;
        Context = NewContext();
        Log = Open(isClean);
    }

    public string Directory { get; }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));

    public IStorage Storage { get; private set; }

    public LogContext Context { get; private set; }

    public QueuedFlushes Flushes { get; private set; } = new();

    public LogConfig Config { get; set; }

    /// <summary>The warnings and errors said since the log was last opened.</summary>
    public ListLogger Lines { get; private set; } = new();

    public PartitionLog Log { get; private set; }

    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    public AppendResult Append(byte[] batch, int leaderEpoch = 0, AppendOrigin origin = AppendOrigin.Client) =>
        Log.AppendAsLeader(batch, leaderEpoch, origin);

    /// <summary>Appends one batch of values and fails the test if it is not taken.</summary>
    public AppendResult AppendValues(params string[] values)
    {
        AppendResult result = Append(Batches.Of(NowMs, values));
        Assert.Equal(ErrorCode.None, result.ErrorCode);
        return result;
    }

    public void Restart(long recoveryPoint = 0, long logStartOffset = 0)
    {
        Log.Close();
        Reopen(isClean: true, recoveryPoint, logStartOffset);
    }

    /// <summary>Goes on with what a killed process leaves: whatever was written, nothing closed.</summary>
    public void Crash(long recoveryPoint = 0, long logStartOffset = 0, Action<MemoryStorage>? damage = null)
    {
        MemoryStorage left = ((MemoryStorage)Storage).Copy();
        damage?.Invoke(left);
        Storage = left;
        Reopen(isClean: false, recoveryPoint, logStartOffset);
    }

    public List<string> FileNames() => [.. Storage.List(Directory).Select(entry => entry.Name).Order()];

    public List<(long Offset, string Value)> ReadAll(long from = 0) => Batches.Values(Log.ReadBatches(from));

    private void Reopen(bool isClean, long recoveryPoint, long logStartOffset)
    {
        Flushes = new QueuedFlushes();
        Lines = new ListLogger();
        Context = NewContext();
        Log = Open(isClean, recoveryPoint, logStartOffset);
    }

    private LogContext NewContext() => new(Storage, Time, new Random(1), Lines)
    {
        MaxDecompressedBytes = _maxDecompressedBytes,
        Flushes = Flushes,
    };

    private PartitionLog Open(bool isClean, long recoveryPoint = 0, long logStartOffset = 0) => PartitionLog.Open(Context, Directory, new LogLoadOptions
    {
        TopicPartition = Partition,
        TopicId = TopicId,
        Config = Config,
        IsClean = isClean,
        RecoveryPoint = recoveryPoint,
        LogStartOffset = logStartOffset,
    });
}

internal static class Batches
{
    public static byte[] Of(long timestamp, params string[] values)
    {
        using RecordBatchBuilder builder = new();
        foreach (string value in values)
        {
            builder.Append(timestamp, null, System.Text.Encoding.UTF8.GetBytes(value));
        }

        return builder.Build();
    }

    public static byte[] FromProducer(
        long producerId, short epoch, int sequence, int count = 1, bool transactional = false, long timestamp = 1_700_000_000_000)
    {
        using RecordBatchBuilder builder = new()
        {
            ProducerId = producerId,
            ProducerEpoch = epoch,
            BaseSequence = sequence,
            IsTransactional = transactional,
        };
        for (int index = 0; index < count; index++)
        {
            builder.Append(timestamp, null, System.Text.Encoding.UTF8.GetBytes($"{producerId}/{epoch}/{RecordBatch.IncrementSequence(sequence, index)}"));
        }

        return builder.Build();
    }

    public static byte[] Marker(bool commit, long producerId, short epoch, int coordinatorEpoch = 0, long timestamp = 1_700_000_000_000) =>
        new EndTransactionMarker(commit ? ControlRecordType.Commit : ControlRecordType.Abort, coordinatorEpoch)
            .ToBatch(timestamp, producerId, epoch);

    public static List<(long Offset, string Value)> Values(IEnumerable<RecordBatch> batches)
    {
        List<(long, string)> values = [];
        foreach (RecordBatch batch in batches)
        {
            foreach (Record record in batch.Records())
            {
                values.Add((record.Offset, System.Text.Encoding.UTF8.GetString(record.Value)));
            }
        }

        return values;
    }

    public static List<(long Offset, string Value)> Values(RecordsPayload records)
    {
        List<RecordBatch> batches = [];
        foreach (RecordBatch batch in new RecordBatches(records.Memory))
        {
            batches.Add(batch);
        }

        return Values(batches);
    }
}
