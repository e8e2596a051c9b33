using Compat.Replication.Peers;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Peers;

/// <summary>What another node serves, as its ApiVersions answer says.</summary>
internal sealed class PeerVersions
{
    private readonly Dictionary<ApiKey, (short Min, short Max)> _ranges;

    private PeerVersions(Dictionary<ApiKey, (short Min, short Max)> ranges) => _ranges = ranges;

    /// <summary>
    /// Asks for them. A node that does not know this node's version of ApiVersions answers with the list in version 0
    /// (KIP-511), and the highest version in common is asked for again.
    /// </summary>
    /// <returns>The versions, or null and why there are none.</returns>
    public static async ValueTask<(PeerVersions? Versions, string? Reason)> AskAsync(PeerLink link, string softwareVersion)
    {
        short version = ApiCatalog.Get(ApiKey.ApiVersions).LatestStableVersion;
        while (true)
        {
            var request = new ApiVersionsRequest { ClientSoftwareName = "compat", ClientSoftwareVersion = softwareVersion };
            using PeerAnswer<ApiVersionsResponse> answer = await link.AskAsync(request, version);
            if (!answer.IsAnswered)
            {
                return (null, answer.Reason);
            }

            PeerVersions versions = new(RangesOf(answer.Response));
            if (answer.Response.ErrorCode == ErrorCode.None)
            {
                return (versions, null);
            }

            short? lower = answer.Response.ErrorCode == ErrorCode.UnsupportedVersion
                ? versions.Choose(ApiKey.ApiVersions, 0, (short)(version - 1)) : null;
            if (lower is null)
            {
                return (null, $"it answers ApiVersions with {answer.Response.ErrorCode}");
            }

            version = lower.Value;
        }
    }

    /// <summary>The highest version of an API in a range that the node serves, or null.</summary>
    public short? Choose(ApiKey key, short min, short max)
    {
        if (!_ranges.TryGetValue(key, out (short Min, short Max) range))
        {
            return null;
        }

        short version = Math.Min(max, range.Max);
        return version >= Math.Max(min, range.Min) ? version : null;
    }

    private static Dictionary<ApiKey, (short Min, short Max)> RangesOf(ApiVersionsResponse response)
    {
        var ranges = new Dictionary<ApiKey, (short Min, short Max)>();
        foreach (ApiVersionsResponse.ApiVersion api in response.ApiKeys)
        {
            ranges[(ApiKey)api.ApiKey] = (api.MinVersion, api.MaxVersion);
        }

        return ranges;
    }
}
