using Compat.Log.Segments;
using Compat.Wire;

namespace Compat.Log.Tests;

public class TransactionTests
{
    private readonly LogFixture _fixture = new();

    private PartitionLog Log => _fixture.Log;

    [Fact]
    public void The_last_stable_offset_stands_at_the_first_record_of_an_open_transaction()
    {
        _fixture.AppendValues("plain");
        Data(1, 0);
        _fixture.AppendValues("plain");
        Advance();

        Assert.Equal((1, 3), (Log.LastStableOffset, Log.HighWatermark));

        Marker(1, commit: true);
        Advance();

        Assert.Equal((4, 4), (Log.LastStableOffset, Log.HighWatermark));
    }

    [Fact]
    public void The_last_stable_offset_waits_for_the_marker_to_be_safe()
    {
        Data(1, 0);
        Advance();
        Marker(1, commit: true);

        Assert.Equal(0, Log.LastStableOffset);

        Advance();
        Assert.Equal(2, Log.LastStableOffset);
    }

    [Fact]
    public void The_last_stable_offset_never_passes_the_high_watermark()
    {
        Log.AdvanceHighWatermark(0);
        _fixture.AppendValues("a");
        Data(1, 0);

        Assert.Equal((0, 0), (Log.LastStableOffset, Log.HighWatermark));
    }

    [Fact]
    public void A_reader_of_committed_records_stops_at_the_open_transaction()
    {
        _fixture.AppendValues("a");
        Data(1, 0);
        _fixture.AppendValues("b");
        Advance();

        using LogReadResult committed = Log.Read(0, 10_000, FetchIsolation.TransactionCommitted, true);
        using LogReadResult uncommitted = Log.Read(0, 10_000, FetchIsolation.HighWatermark, true);

        Assert.Equal([(0, "a")], Batches.Values(committed.Records));
        Assert.Equal(3, Batches.Values(uncommitted.Records).Count);
        Assert.Null(uncommitted.AbortedTransactions);
    }

    [Fact]
    public void An_aborted_transaction_is_named_to_the_reader_of_what_it_wrote_and_a_committed_one_is_not()
    {
        Data(1, 0);
        Data(2, 0);
        Marker(1, commit: false);
        Marker(2, commit: true);
        Advance();

        using LogReadResult read = Log.Read(0, 10_000, FetchIsolation.TransactionCommitted, true);
        using LogReadResult after = Log.Read(3, 10_000, FetchIsolation.TransactionCommitted, true);

        Assert.Equal([new AbortedTransaction(1, 0, 2, 1)], read.AbortedTransactions!);
        Assert.Empty(after.AbortedTransactions!);
    }

    [Fact]
    public void A_transaction_aborted_in_a_later_segment_is_named_to_the_reader_of_an_earlier_one()
    {
        Data(1, 0);
        Log.Roll();
        Data(1, 1);
        Log.Roll();
        Marker(1, commit: false);
        Advance();

        using LogReadResult read = Log.Read(0, 10_000, FetchIsolation.TransactionCommitted, true);

        Assert.Equal([new AbortedTransaction(1, 0, 2, 3)], read.AbortedTransactions!);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Open_and_aborted_transactions_are_known_after_a_restart(bool clean)
    {
        Data(1, 0);
        Marker(1, commit: false);
        Data(2, 0);
        Log.Roll();
        Data(3, 0);
        if (clean)
        {
            _fixture.Restart();
        }
        else
        {
            _fixture.Crash();
        }

        Advance();
        Assert.Equal(2, Log.LastStableOffset);
        Marker(2, commit: true);
        Marker(3, commit: false);
        Advance();
        Assert.Equal(Log.LogEndOffset, Log.LastStableOffset);

        using LogReadResult read = Log.Read(0, 10_000, FetchIsolation.TransactionCommitted, true);
        using LogReadResult last = Log.Read(3, 10_000, FetchIsolation.TransactionCommitted, true);
        Assert.Contains(new AbortedTransaction(1, 0, 1, 2), read.AbortedTransactions!);
        Assert.Contains(new AbortedTransaction(3, 3, 5, 6), last.AbortedTransactions!);
    }

    [Fact]
    public void Truncation_takes_back_markers_and_what_they_ended()
    {
        Data(1, 0);
        Marker(1, commit: false);
        Advance();
        Assert.Equal(2, Log.LastStableOffset);

        Log.TruncateTo(1);
        Advance();

        Assert.Equal((0, 1), (Log.LastStableOffset, Log.HighWatermark));
        Marker(1, commit: true);
        Advance();
        using LogReadResult read = Log.Read(0, 10_000, FetchIsolation.TransactionCommitted, true);
        Assert.Empty(read.AbortedTransactions!);
    }

    [Fact]
    public void Deleting_the_records_of_an_open_transaction_moves_its_beginning_to_the_log_start()
    {
        Data(1, 0);
        Data(1, 1);
        Advance();

        Log.DeleteRecordsBefore(1);

        Assert.Equal((1, 1), (Log.LogStartOffset, Log.LastStableOffset));
    }

    [Fact]
    public void The_entry_of_an_aborted_transaction_is_kafkas_34_bytes()
    {
        Data(0x0102030405060708, 0);
        _fixture.AppendValues("x");
        Marker(0x0102030405060708, commit: false);

        byte[] bytes = Storage.StorageText.ReadAllBytes(_fixture.Storage, $"{_fixture.Directory}/00000000000000000000.txnindex")!;

        Assert.Equal(
            "0000" + "0102030405060708" + "0000000000000000" + "0000000000000002" + "0000000000000003",
            Convert.ToHexString(bytes));
    }

    private void Data(long producer, int sequence) =>
        Assert.Equal(ErrorCode.None, _fixture.Append(Batches.FromProducer(producer, 0, sequence, transactional: true)).ErrorCode);

    private void Marker(long producer, bool commit) =>
        Assert.Equal(ErrorCode.None, _fixture.Append(Batches.Marker(commit, producer, 0), origin: AppendOrigin.Coordinator).ErrorCode);

    private void Advance() => Log.AdvanceHighWatermark(Log.LogEndOffset);
}
