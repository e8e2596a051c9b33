using Compat.Log.Cleaning;
using Compat.Log.Segments;
using Compat.Wire.Records;

namespace Compat.Log.Tests.Cleaning;

public class CleanedTransactionsTests
{
    private readonly CleanedTransactions _transactions = new();

    [Fact]
    public void Records_of_an_aborted_transaction_can_go_and_its_marker_stays_while_there_were_some()
    {
        AbortedTransaction aborted = new(7, 0, 2, 3);
        _transactions.Add(aborted);

        Assert.True(_transactions.Pass(Data(0, producerId: 7)));
        Assert.True(_transactions.Pass(Data(1, producerId: 7)));
        Assert.False(_transactions.PassControl(Marker(2, producerId: 7, commit: false), out AbortedTransaction? ended));

        Assert.Equal(aborted, ended);
    }

    [Fact]
    public void The_same_transaction_made_known_twice_is_one()
    {
        AbortedTransaction aborted = new(7, 0, 2, 3);
        _transactions.Add(aborted);
        Assert.True(_transactions.Pass(Data(0, producerId: 7)));
        _transactions.Add(aborted);

        Assert.False(_transactions.PassControl(Marker(2, producerId: 7, commit: false), out _));
        Assert.False(_transactions.Pass(Data(3, producerId: 7)));
    }

    [Fact]
    public void Records_of_a_committed_transaction_stay_and_so_does_its_marker()
    {
        Assert.False(_transactions.Pass(Data(0, producerId: 7)));

        Assert.False(_transactions.PassControl(Marker(1, producerId: 7, commit: true), out AbortedTransaction? ended));
        Assert.Null(ended);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_marker_of_which_nothing_else_is_left_can_go(bool commit)
    {
        _transactions.Add(new AbortedTransaction(8, 0, 1, 2));

        Assert.True(_transactions.PassControl(Marker(1, producerId: 8, commit), out AbortedTransaction? ended));
        Assert.Null(ended);
    }

    [Fact]
    public void Transactions_of_other_producers_and_later_ones_of_the_same_are_told_apart()
    {
        _transactions.Add(new AbortedTransaction(7, 0, 2, 3), new AbortedTransaction(7, 6, 8, 9));

        Assert.True(_transactions.Pass(Data(0, producerId: 7)));
        Assert.False(_transactions.Pass(Data(1, producerId: 8)));
        Assert.False(_transactions.PassControl(Marker(2, producerId: 7, commit: false), out _));
        Assert.False(_transactions.Pass(Data(3, producerId: 7)));
        Assert.False(_transactions.PassControl(Marker(4, producerId: 8, commit: true), out _));
        Assert.False(_transactions.PassControl(Marker(5, producerId: 7, commit: true), out _));
        Assert.True(_transactions.Pass(Data(6, producerId: 7)));
    }

    [Fact]
    public void Records_outside_of_transactions_are_not_concerned()
    {
        _transactions.Add(new AbortedTransaction(7, 0, 2, 3));

        Assert.False(_transactions.Pass(Data(1, producerId: 7, transactional: false)));
        Assert.True(_transactions.PassControl(Marker(2, producerId: 7, commit: false), out _));
    }

    [Fact]
    public void A_marker_that_an_earlier_cleaning_emptied_can_go()
    {
        RecordBatch marker = Marker(1, producerId: 7, commit: true);
        System.Buffers.ArrayBufferWriter<byte> output = new();
        new BatchFilter(new CleanerFilter(new OffsetMap(100, 1, 1, 1), _transactions, 0), 100, 0)
            .Copy(marker, new RetentionDecision(DropsRecords: true, KeepsEmpty: true, false, null), output);

        Assert.True(_transactions.PassControl(new RecordBatch(output.WrittenMemory), out _));
    }

    internal static RecordBatch Data(long offset, long producerId, bool transactional = true, int sequence = 0) => At(
        offset, Keyed.FromProducer(producerId, sequence, timestamp: 1, transactional, ("key", "value")));

    internal static RecordBatch Marker(long offset, long producerId, bool commit) => At(offset, Batches.Marker(commit, producerId, epoch: 0));

    private static RecordBatch At(long offset, byte[] batch)
    {
        RecordBatchPatch.SetBaseOffset(batch, offset);
        return new RecordBatch(batch);
    }
}
