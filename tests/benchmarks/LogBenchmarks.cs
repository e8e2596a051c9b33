using BenchmarkDotNet.Attributes;
using Compat.Log;
using Compat.Log.Configuration;
using Compat.Log.Loading;
using Compat.Log.Storage;
using Compat.Wire;
using Compat.Wire.Records;
using Microsoft.Extensions.Logging.Abstractions;

namespace Compat.Benchmarks.Tests;

/// <summary>A partition's log over files in memory: batches appended, and read into an answer's buffer.</summary>
[MemoryDiagnoser]
public class LogBenchmarks
{
    private const int BatchRecords = 16;
    private const int BatchesToRead = 1000;
    private const int BytesUntilCut = 32 << 20;

    private readonly byte[] _record = Samples.Batch(1);
    private readonly byte[] _batch = Samples.Batch(BatchRecords);
    private readonly byte[] _answer = new byte[1 << 20];
    private readonly PartitionLog _log = NewLog();
    private readonly PartitionLog _written = NewLog();

    [GlobalSetup]
    public void Write()
    {
        for (int i = 0; i < BatchesToRead; i++)
        {
            Append(_written, _batch);
        }

        _written.AdvanceHighWatermark(_written.LogEndOffset);
    }

    [Benchmark, Allocates(40)]
    public long Append1Record() => Append(_record);

    [Benchmark, Allocates(40)]
    public long Append16Records() => Append(_batch);

    [Benchmark, Allocates(40)]
    public long ReadTheLastBatch() => Read(_written.LogEndOffset - 1);

    [Benchmark, Allocates(40)]
    public long Read1MiBFromTheMiddle() => Read(BatchesToRead * BatchRecords / 2);

    private long Append(byte[] batch)
    {
        // The file keeps its memory, so that it does not grow for ever and not anew.
        if (_log.Size > BytesUntilCut)
        {
            _log.TruncateTo(0);
        }

        return Append(_log, batch);
    }

    private static long Append(PartitionLog log, byte[] batch)
    {
        // As a producer sends it: the log has written its offset into the one before.
        RecordBatchPatch.SetBaseOffset(batch, 0);
        AppendResult result = log.AppendAsLeader(batch, leaderEpoch: 0);
        return result.ErrorCode == ErrorCode.None ? result.LastOffset : throw new InvalidOperationException(result.ErrorMessage);
    }

    private long Read(long offset)
    {
        using LogReadResult result = _written.Read(offset, _answer.Length, FetchIsolation.HighWatermark, minOneBatch: true);
        result.Records.CopyTo(_answer);
        return result.Records.Size > 0 ? result.Records.Size : throw new InvalidOperationException($"{result.ErrorCode}");
    }

    private static PartitionLog NewLog() => PartitionLog.Open(
        new LogContext(new MemoryStorage(TimeProvider.System), TimeProvider.System, new Random(1), NullLogger.Instance),
        "/data/orders-0",
        new LogLoadOptions { TopicPartition = new TopicPartition(EmbeddedBroker.Topic, 0), Config = LogConfig.Default });
}
