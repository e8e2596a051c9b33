using Compat.Replication.Brokers;
using Compat.Replication.Metadata;
using Compat.Replication.Quorum;
using Compat.Replication.Tests.Metadata;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Replication.Tests.Brokers;

public class VanishedBrokersTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly MetadataLoader _loader = new(_ => { }, cause => Assert.Fail(cause.Message));
    private readonly VanishedBrokers _vanished;
    private long _end;

    public VanishedBrokersTests()
    {
        _vanished = new VanishedBrokers(_loader, _time);
        Commit(Records.Broker(1), Records.Broker(2), Records.Broker(3, fenced: true));
    }

    [Fact]
    public async Task Who_vanished_is_waited_for_until_the_image_knows()
    {
        _vanished.Add(2);
        Assert.False(_vanished.IsEmpty);
        Task known = _vanished.WhenKnownAsync();

        Commit(Records.Broker(1, epoch: 20));
        Assert.False(known.IsCompleted);
        Commit(Records.Broker(2, fenced: true));

        await known.WaitAsync(TestContext.Current.CancellationToken);
        Assert.True(_loader.Image.Cluster.Brokers[2].Fenced);
        Assert.True(_vanished.IsEmpty);
    }

    [Fact]
    public async Task Who_is_there_after_all_is_not_waited_for_long()
    {
        _vanished.Add(2);
        Task known = _vanished.WhenKnownAsync();
        while (!known.IsCompleted)
        {
            // Until the wait has begun there is no timer to be moved.
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.True(_vanished.IsEmpty);
    }

    [Fact]
    public void Of_whom_the_image_knows_nobody_has_to_wait_for()
    {
        _vanished.Add(3);
        _vanished.Add(4);
        Assert.True(_vanished.IsEmpty);
        Assert.True(_vanished.WhenKnownAsync().IsCompletedSuccessfully);
    }

    private void Commit(params MetadataRecord[] records)
    {
        _loader.OnCommitted([new CommittedBatch(_end, _end + records.Length - 1, 1, 0, 100, records)]);
        _end += records.Length;
    }
}
