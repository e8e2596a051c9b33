using Compat.Log.Cleaning;
using Compat.Log.Configuration;
using Compat.Log.Storage;
using Compat.Log.Tests.Faults;
using Compat.Wire.Records;
using CsCheck;

namespace Compat.Log.Tests.Cleaning;

/// <summary>
/// Random logs are cleaned, and each cleaning is ended at every single change of the storage: by a crash, by a loss of power, or
/// because the device refuses this one. Whatever is left: a reader of the whole log has the last value of each key, what is there is at its old
/// offset, and producers go on.
/// </summary>
public class CompactionModelTests
{
    private const int Producers = 3;
    private const int Keys = 6;

    private enum Kind
    {
        Append,
        Tombstone,
        Idempotent,
        Transactional,
        Commit,
        Abort,
        Roll,
        Wait,
        DeleteRecords,
        Clean,
    }

    [Fact]
    public void No_crash_at_any_step_of_a_cleaning_loses_or_moves_anything() => Sample(isLyingDevice: false);

    [Fact]
    public void The_model_finds_a_cleaning_that_was_put_in_place_before_it_was_on_the_device() =>
        Assert.ThrowsAny<Exception>(() => Sample(isLyingDevice: true));

    private static void Sample(bool isLyingDevice)
    {
        Gen<(Kind, int)> step = Gen.Select(
            Gen.Frequency(
                (8, Gen.Const(Kind.Append)), (2, Gen.Const(Kind.Tombstone)), (3, Gen.Const(Kind.Idempotent)), (5, Gen.Const(Kind.Transactional)),
                (2, Gen.Const(Kind.Commit)), (2, Gen.Const(Kind.Abort)), (4, Gen.Const(Kind.Roll)), (3, Gen.Const(Kind.Wait)),
                (1, Gen.Const(Kind.DeleteRecords)), (3, Gen.Const(Kind.Clean))),
            Gen.Int[0, 9999]);
        Check.Sample(step.Array[5, 60], steps => new Run(isLyingDevice).Of(steps), iter: 15);
    }

    private sealed class Run
    {
        private static readonly LogConfig Config = CleaningFixture.Compacted with { SegmentBytes = 700, IndexIntervalBytes = 90, FileDeleteDelayMs = 1, DeleteRetentionMs = 5 };

        private readonly MemoryStorage _memory = new(TimeProvider.System);
        private readonly CleaningFixture _fixture;
        private readonly Dictionary<long, KeyedRecord> _written = [];
        private readonly int[] _sequences = new int[Producers];
        private readonly bool[] _isInTransaction = new bool[Producers];
        private readonly bool _isLyingDevice;

        public Run(bool isLyingDevice)
        {
            _isLyingDevice = isLyingDevice;
            _fixture = new CleaningFixture(Config, _memory);
        }

        public void Of((Kind, int)[] steps)
        {
            foreach ((Kind kind, int argument) in steps)
            {
                Apply(kind, argument);
            }

            Clean(seed: steps.Length);
        }

        private void Apply(Kind kind, int argument)
        {
            int producer = argument % Producers;
            switch (kind)
            {
                case Kind.Append:
                    Append(Keyed.Batch(_fixture.NowMs, Records(argument)));
                    break;
                case Kind.Tombstone:
                    Append(Keyed.Batch(_fixture.NowMs, ($"k{argument % Keys}", null)));
                    break;
                case Kind.Idempotent when !_isInTransaction[producer]:
                    AppendFrom(producer, transactional: false, argument);
                    break;
                case Kind.Transactional:
                    AppendFrom(producer, transactional: true, argument);
                    _isInTransaction[producer] = true;
                    break;
                case Kind.Commit or Kind.Abort when _isInTransaction[producer]:
                    _fixture.Marker(kind == Kind.Commit, producer);
                    _isInTransaction[producer] = false;
                    break;
                case Kind.Roll:
                    _fixture.Roll();
                    break;
                case Kind.Wait:
                    _fixture.Advance(argument % 10);
                    break;
                case Kind.DeleteRecords:
                    _fixture.Log.DeleteRecordsBefore(argument % (_fixture.Log.HighWatermark + 1));
                    break;
                case Kind.Clean:
                    Clean(argument);
                    break;
            }
        }

        private static (string? Key, string? Value)[] Records(int argument) =>
            [.. Enumerable.Range(0, 1 + (argument % 4)).Select(index => ((string?)$"k{(argument / 7 + index) % Keys}", (string?)$"v{argument}/{index}"))];

        private void AppendFrom(int producer, bool transactional, int argument)
        {
            (string?, string?)[] records = Records(argument);
            byte[] batch = Keyed.FromProducer(producer, _sequences[producer], _fixture.NowMs, transactional, records);
            _sequences[producer] += records.Length;
            Append(batch);
        }

        private void Append(byte[] batch)
        {
            _fixture.Append(batch);
            foreach (KeyedRecord record in Keyed.Records([new RecordBatch(batch)]))
            {
                _written[record.Offset] = record;
            }
        }

        // First as many times as there are steps to die at, each time on a copy; then for good.
        private void Clean(int seed)
        {
            _fixture.Roll();
            SortedDictionary<string, string> expected = Keyed.State(_fixture.Log);
            Verify(_fixture.Log, expected);
            MemoryStorage before = _memory.Copy();
            int steps = 0;
            while (!CleanUntil(before.Copy(), steps, seed + steps, expected))
            {
                steps++;
            }

            if (_fixture.Clean())
            {
                Assert.Equal(LogToClean.Of(_fixture.Log, _fixture.NowMs).FirstUncleanableOffset, _fixture.Log.CleanedOffset);
            }

            Verify(_fixture.Log, expected);
        }

        // True when the cleaning came to its end before the step it was to die at.
        private bool CleanUntil(MemoryStorage memory, int steps, int seed, SortedDictionary<string, string> expected)
        {
            Random random = new(seed);
            SimulatedDisk? disk = random.Next(3) == 0 ? OnDevice(memory) : null;
            CleaningFixture dying = Open((IStorage?)disk ?? memory);
            dying.Storage.LiesAbout = _ => _isLyingDevice;
            dying.Storage.TornBytes = random.Next(200);
            if (disk is not null || random.Next(2) == 0)
            {
                dying.Storage.KilledAtChange = dying.Storage.Changes + steps + 1;
            }
            else
            {
                dying.Storage.Fault = (operation, _) =>
                    operation is not (StorageOperation.Read or StorageOperation.Open or StorageOperation.List) && steps-- == 0 ? new IOException("EIO") : null;
            }

            bool isDead = false;
            try
            {
                if (LogToClean.Of(dying.Log, dying.NowMs) is { IsDue: true } dirty)
                {
                    NewCleaner(dying, random).Clean(dirty);
                }
            }
            catch (Exception exception) when (exception is ProcessKilledException or IOException)
            {
                isDead = true;
            }

            // The next process, which cleans once more and is stopped properly.
            CleaningFixture next = Open((IStorage?)disk?.AfterPowerLoss(random) ?? memory);
            Verify(next.Log, expected);
            next.Clean();
            Verify(next.Log, expected);
            next.Restart();
            Verify(next.Log, expected);
            return !isDead;
        }

        private static SimulatedDisk OnDevice(MemoryStorage memory)
        {
            const string Directory = LogFixture.Root + "/topic-0";
            SimulatedDisk disk = new(TimeProvider.System);
            disk.CreateDirectory(Directory);
            foreach (StorageEntry file in memory.List(Directory))
            {
                string path = Path.Combine(Directory, file.Name);
                disk.WriteAllBytes(path, memory.ReadAllBytes(path), flush: false);
            }

            disk.FlushVolume("/");
            return disk;
        }

        private CleaningFixture Open(IStorage storage)
        {
            CleaningFixture fixture = new(Config, storage, isClean: false);
            fixture.Advance(_fixture.NowMs - fixture.NowMs);
            fixture.Log.DeleteRecordsBefore(0);
            fixture.Log.AdvanceHighWatermark(fixture.Log.LogEndOffset);
            fixture.Log.DeleteRecordsBefore(_fixture.Log.LogStartOffset);
            return fixture;
        }

        // Sometimes without the memory for all keys.
        private static Cleaner NewCleaner(CleaningFixture fixture, Random random) => new(
            fixture.Fixture.Context,
            new CleanerLimits(random.Next(2) == 0 ? 1 << 20 : OffsetMap.BytesPerEntry * 4, 0.9, 100 + random.Next(400), 100 + random.Next(400)),
            new CleanerPace(fixture.Fixture.Time),
            CancellationToken.None);

        private void Verify(PartitionLog log, SortedDictionary<string, string> expected)
        {
            Assert.Equal(
                (_fixture.Log.LogStartOffset, _fixture.Log.LogEndOffset, _fixture.Log.LastStableOffset),
                (log.LogStartOffset, log.LogEndOffset, log.LastStableOffset));
            Assert.Equal(expected, Keyed.State(log));

            // What is there is what was written at that offset, once and in order.
            List<KeyedRecord> records = [.. Keyed.Records(log.ReadBatches(0))];
            Assert.Equal(records.Select(record => record.Offset).Order().Distinct(), records.Select(record => record.Offset));
            Assert.All(records, record => Assert.Equal(_written[record.Offset], record));
            VerifyProducers(log);
        }

        private void VerifyProducers(PartitionLog log)
        {
            List<ProducerDescription> producers = log.ActiveProducers();
            for (int producer = 0; producer < Producers; producer++)
            {
                int index = producers.FindIndex(each => each.ProducerId == producer);
                if (index < 0)
                {
                    // Its records were all deleted with the start of the log.
                    Assert.True(_sequences[producer] == 0 || log.LogStartOffset > 0);
                    continue;
                }

                Assert.Equal(_sequences[producer] - 1, producers[index].LastSequence);
                Assert.Equal(_isInTransaction[producer], producers[index].TransactionStartOffset >= 0);
            }
        }
    }
}
