namespace Compat.Wire;

/// <summary>Every API of the protocol with its versions, and the header that goes with each version.</summary>
public static partial class ApiCatalog
{
    private static readonly ApiInfo[] Rows = CreateRows();

    /// <summary>The APIs in the order of their keys.</summary>
    public static IReadOnlyList<ApiInfo> All => Rows;

    /// <summary>Finds an API by its key; false when the key is none of the protocol's, or of an API that is gone.</summary>
    public static bool TryGet(ApiKey key, out ApiInfo api)
    {
        int low = 0;
        int high = Rows.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = ((short)Rows[middle].Key).CompareTo((short)key);
            if (order == 0)
            {
                api = Rows[middle];
                return true;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        api = default;
        return false;
    }

    /// <summary>The API of a key.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The key is none of the protocol's.</exception>
    public static ApiInfo Get(ApiKey key) =>
        TryGet(key, out ApiInfo api) ? api : throw new ArgumentOutOfRangeException(nameof(key), key, "The key is none of the protocol's.");

    /// <summary>The version of the header in front of a request: 2 for flexible requests, 1 for the others and for keys that are not known.</summary>
    public static short RequestHeaderVersion(ApiKey key, short version) =>
        (short)(TryGet(key, out ApiInfo api) && version >= api.FirstFlexibleRequest ? 2 : 1);

    /// <summary>
    /// The version of the header in front of a response: 1 for flexible responses and 0 for the others. It is always 0 for ApiVersions,
    /// whose answer must be readable by a client that asked in a version the broker does not know (KIP-511).
    /// </summary>
    public static short ResponseHeaderVersion(ApiKey key, short version) =>
        (short)(key != ApiKey.ApiVersions && TryGet(key, out ApiInfo api) && version >= api.FirstFlexibleResponse ? 1 : 0);
}
