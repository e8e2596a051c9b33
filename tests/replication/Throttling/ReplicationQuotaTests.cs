using Compat.Replication.Throttling;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Replication.Tests.Throttling;

public class ReplicationQuotaTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ReplicationQuota _quota;

    public ReplicationQuotaTests() => _quota = new ReplicationQuota(_time, samples: 11, sample: TimeSpan.FromSeconds(1));

    [Fact]
    public void Without_a_limit_nothing_is_too_much()
    {
        _quota.Record(long.MaxValue / 2);
        Assert.False(_quota.IsExceeded);
    }

    [Fact]
    public void Nothing_copied_is_within_any_limit()
    {
        _quota.BytesPerSecond = 0;
        Assert.False(_quota.IsExceeded);
        _quota.Record(1);
        Assert.True(_quota.IsExceeded);
    }

    [Fact]
    public void What_is_over_the_rate_is_waited_for()
    {
        _quota.BytesPerSecond = 100;
        _quota.Record(100);
        Assert.False(_quota.IsExceeded);
        _quota.Record(400);
        Assert.True(_quota.IsExceeded);
        _time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.True(_quota.IsExceeded);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.False(_quota.IsExceeded);
    }

    [Fact]
    public void What_is_older_than_the_window_counts_no_more()
    {
        _quota.BytesPerSecond = 100;
        _quota.Record(1_000_000);
        _time.Advance(TimeSpan.FromSeconds(10.9));
        Assert.True(_quota.IsExceeded);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.False(_quota.IsExceeded);
    }

    [Fact]
    public void A_rest_does_not_allow_a_burst_beyond_the_window()
    {
        _quota.BytesPerSecond = 100;
        _time.Advance(TimeSpan.FromHours(1));
        _quota.Record(101);
        Assert.True(_quota.IsExceeded);
    }
}
