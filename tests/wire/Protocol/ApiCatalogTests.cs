namespace Compat.Wire.Tests.Protocol;

public class ApiCatalogTests
{
    [Fact]
    public void Every_live_key_up_to_94_is_there_in_order()
    {
        short[] keys = [.. ApiCatalog.All.Select(api => (short)api.Key)];

        Assert.Equal(Enumerable.Range(0, 95).Except([4, 5, 6, 7]).Select(key => (short)key), keys);
        Assert.All(ApiCatalog.All, api => Assert.Equal(api, ApiCatalog.Get(api.Key)));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    [InlineData(95)]
    [InlineData(short.MaxValue)]
    public void Any_other_key_is_not_known(short key)
    {
        Assert.False(ApiCatalog.TryGet((ApiKey)key, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => ApiCatalog.Get((ApiKey)key));
    }

    [Fact]
    public void Only_Produce_is_advertised_from_before_its_first_version()
    {
        ApiInfo produce = ApiCatalog.Get(ApiKey.Produce);

        Assert.Equal((0, 3, 13), (produce.AdvertisedMin, produce.MinVersion, produce.MaxVersion));
        Assert.False(produce.Supports(2));
        Assert.All(ApiCatalog.All.Where(api => api.Key != ApiKey.Produce), api => Assert.Equal(api.MinVersion, api.AdvertisedMin));
    }

    [Fact]
    public void A_version_that_may_still_change_is_not_the_latest_stable_one()
    {
        ApiInfo unstable = Assert.Single(ApiCatalog.All, api => api.IsLatestUnstable);

        Assert.Equal((ApiKey.InitProducerId, 6, 5), (unstable.Key, unstable.MaxVersion, unstable.LatestStableVersion));
    }

    [Fact]
    public void Each_API_says_which_listeners_serve_it()
    {
        Assert.Equal(ApiListeners.Broker, ApiCatalog.Get(ApiKey.Produce).Listeners);
        Assert.Equal(ApiListeners.Controller, ApiCatalog.Get(ApiKey.Vote).Listeners);
        Assert.Equal(ApiListeners.Broker | ApiListeners.Controller, ApiCatalog.Get(ApiKey.Fetch).Listeners);
        Assert.Equal(79, ApiCatalog.All.Count(api => api.Listeners.HasFlag(ApiListeners.Broker)));
    }
}
