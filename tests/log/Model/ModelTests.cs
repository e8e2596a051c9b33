using Compat.Log.Configuration;
using Compat.Log.Storage;
using Compat.Wire;
using CsCheck;

namespace Compat.Log.Tests.Model;

/// <summary>A log against a list of values: any sequence of operations leaves both the same.</summary>
public class ModelTests
{
    private static readonly LogConfig Small = LogConfig.Default with
    {
        SegmentBytes = 500,
        IndexIntervalBytes = 90,
        RetentionMs = -1,
        RetentionBytes = 1500,
        FileDeleteDelayMs = 1,
    };

    private enum Kind
    {
        Append,
        AppendFromProducer,
        Retry,
        Roll,
        Restart,
        Crash,
        TornCrash,
        Truncate,
        DeleteRecords,
        Retain,
        Flush,
        StartAt,
    }

    [Fact]
    public void Any_sequence_of_operations_leaves_the_log_as_the_model_says()
    {
        Gen<(Kind, int)> step = Gen.Select(
            Gen.Frequency(
                (12, Gen.Const(Kind.Append)), (8, Gen.Const(Kind.AppendFromProducer)), (3, Gen.Const(Kind.Retry)), (2, Gen.Const(Kind.Roll)),
                (2, Gen.Const(Kind.Restart)), (2, Gen.Const(Kind.Crash)), (2, Gen.Const(Kind.TornCrash)), (4, Gen.Const(Kind.Truncate)),
                (1, Gen.Const(Kind.DeleteRecords)), (1, Gen.Const(Kind.Retain)), (2, Gen.Const(Kind.Flush)), (1, Gen.Const(Kind.StartAt))),
            Gen.Int[0, 999]);
        Check.Sample(step.Array[1, 60], steps => new Run().Of(steps), iter: 200);
    }

    private sealed class Run
    {
        private readonly LogFixture _fixture = new(config: Small);
        private readonly List<(long Offset, string Value, long Timestamp)> _model = [];
        private long _end;
        private long _start;
        private long _flushed;
        private int _nextSequence;
        private (int Sequence, int Count, long Offset)? _last;

        public void Of((Kind, int)[] steps)
        {
            foreach ((Kind kind, int argument) in steps)
            {
                Apply(kind, argument);
                Verify();
            }

            foreach ((long offset, string value, _) in _model.FindAll(record => record.Offset >= _start))
            {
                using LogReadResult read = _fixture.Log.Read(offset, 1, FetchIsolation.LogEnd, minOneBatch: true);
                Assert.Contains((offset, value), Batches.Values(read.Records));
            }
        }

        private void Apply(Kind kind, int argument)
        {
            switch (kind)
            {
                case Kind.Append:
                    Append(argument);
                    break;
                case Kind.AppendFromProducer:
                    AppendFromProducer(1 + (argument % 3));
                    break;
                case Kind.Retry:
                    Retry();
                    break;
                case Kind.Roll:
                    _fixture.Log.Roll();
                    break;
                case Kind.Restart:
                    _fixture.Restart(_fixture.Log.RecoveryPoint, _start);
                    _fixture.Log.AdvanceHighWatermark(_end);
                    break;
                case Kind.Crash:
                    _fixture.Crash(_flushed, _start);
                    break;
                case Kind.TornCrash:
                    TornCrash(argument);
                    break;
                case Kind.Truncate:
                    Truncate(_start + ((_end - _start) * argument / 1000));
                    break;
                case Kind.DeleteRecords:
                    _fixture.Log.AdvanceHighWatermark(_end);
                    _start += (_end - _start) * argument / 1000;
                    Assert.Equal((ErrorCode.None, _start), _fixture.Log.DeleteRecordsBefore(_start));
                    break;
                case Kind.Retain:
                    _fixture.Log.AdvanceHighWatermark(_end);
                    _fixture.Log.DeleteOldSegments();
                    _start = _fixture.Log.LogStartOffset;
                    _fixture.Time.Advance(TimeSpan.FromMilliseconds(2));
                    break;
                case Kind.Flush:
                    _fixture.Log.Flush();
                    _flushed = _end;
                    break;
                case Kind.StartAt:
                    _fixture.Log.TruncateFullyAndStartAt(_end + argument);
                    _end += argument;
                    _start = _flushed = _end;
                    _model.Clear();
                    _last = null;
                    break;
            }
        }

        private void Append(int argument)
        {
            string[] values = [.. Enumerable.Range(0, 1 + (argument % 4)).Select(index => $"v{_end + index}/{argument}")];
            _fixture.Time.Advance(TimeSpan.FromSeconds(1));
            Add(_fixture.AppendValues(values), values);
        }

        private void AppendFromProducer(int count)
        {
            AppendResult result = _fixture.Append(Batches.FromProducer(7, 0, _nextSequence, count, timestamp: _fixture.NowMs));
            Assert.Equal((ErrorCode.None, false), (result.ErrorCode, result.IsDuplicate));
            _last = (_nextSequence, count, result.FirstOffset);
            Add(result, [.. Enumerable.Range(_nextSequence, count).Select(sequence => $"7/0/{sequence}")]);
            _nextSequence += count;
        }

        private void Retry()
        {
            if (_last is not { } last || last.Offset < _start)
            {
                return;
            }

            AppendResult result = _fixture.Append(Batches.FromProducer(7, 0, last.Sequence, last.Count));
            Assert.Equal((ErrorCode.None, true, last.Offset), (result.ErrorCode, result.IsDuplicate, result.FirstOffset));
        }

        private void Add(AppendResult result, string[] values)
        {
            Assert.Equal((_end, _end + values.Length - 1), (result.FirstOffset, result.LastOffset));
            _model.AddRange(values.Select((value, index) => (_end + index, value, _fixture.NowMs)));
            _end += values.Length;
        }

        // The last bytes of the last file never reached it: the last batch is lost, and only that one.
        private void TornCrash(int argument)
        {
            string? active = _fixture.FileNames().FindLast(name => name.EndsWith(".log", StringComparison.Ordinal));
            long length = active is null ? 0 : _fixture.Storage.List(_fixture.Directory).Single(entry => entry.Name == active).Length;
            int lost = (int)Math.Min(length, 1 + (argument % 60));
            long lastBatch = length == 0 ? _end : LastBatchOffset();
            if (lost > 0 && (lastBatch < _flushed || lastBatch < _start))
            {
                return;
            }

            _fixture.Crash(_flushed, _start, storage =>
            {
                if (lost > 0)
                {
                    using IStorageFile file = storage.Open(Path.Combine(_fixture.Directory, active!), StorageOpenMode.Existing);
                    file.Truncate(length - lost);
                }
            });
            if (lost > 0)
            {
                CutModel(lastBatch);
            }
        }

        private long LastBatchOffset()
        {
            long offset = _end;
            foreach (Compat.Wire.Records.RecordBatch batch in _fixture.Log.ReadBatches(_start))
            {
                offset = batch.BaseOffset;
            }

            return offset;
        }

        private void Truncate(long offset)
        {
            _fixture.Log.TruncateTo(offset);
            CutModel(_fixture.Log.LogEndOffset);
            Assert.True(_end <= offset);
            _flushed = Math.Min(_flushed, _end);
        }

        private void CutModel(long end)
        {
            _model.RemoveAll(record => record.Offset >= end);
            _end = end;
            _start = Math.Min(_start, end);
            if (_last is { } last && last.Offset >= end)
            {
                // The model keeps one batch only, so the sequence goes on with a producer's next epoch.
                _last = null;
            }

            _nextSequence = (int)_model.Where(record => record.Value.StartsWith("7/", StringComparison.Ordinal))
                .Select(record => long.Parse(record.Value[4..], System.Globalization.CultureInfo.InvariantCulture) + 1).LastOrDefault(_nextSequence);
        }

        private void Verify()
        {
            PartitionLog log = _fixture.Log;
            Assert.Equal((_start, _end), (log.LogStartOffset, log.LogEndOffset));
            Assert.InRange(log.HighWatermark, _start, _end);
            Assert.InRange(log.LastStableOffset, _start, log.HighWatermark);
            List<(long Offset, string Value)> expected = [.. _model.Where(record => record.Offset >= _start).Select(record => (record.Offset, record.Value))];
            Assert.Equal(expected, _fixture.ReadAll(_start).Where(record => record.Offset >= _start));
            Assert.Equal(expected, ByFetches(log));
            if (expected.Count > 0)
            {
                (long offset, _, long timestamp) = _model.Find(record => record.Offset >= _start);
                Assert.Equal(_model.Find(record => record.Offset >= _start && record.Timestamp >= timestamp).Offset, log.OffsetForTimestamp(timestamp)!.Value.Offset);
                Assert.Equal(offset, log.OffsetForTimestamp(0)!.Value.Offset);
            }
        }

        private List<(long, string)> ByFetches(PartitionLog log)
        {
            List<(long Offset, string Value)> all = [];
            long offset = _start;
            while (offset < _end)
            {
                using LogReadResult read = log.Read(offset, 200, FetchIsolation.LogEnd, minOneBatch: true);
                Assert.Equal(ErrorCode.None, read.ErrorCode);
                List<(long Offset, string Value)> records = [.. Batches.Values(read.Records).Where(record => record.Offset >= offset)];
                Assert.NotEmpty(records);
                all.AddRange(records);
                offset = records[^1].Offset + 1;
            }

            return all;
        }
    }
}
