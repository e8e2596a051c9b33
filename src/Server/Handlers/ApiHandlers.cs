namespace Compat.Server.Handlers;

/// <summary>
/// Every API that this broker carries out. What is not in the list does not exist: ApiVersions is made from it and
/// requests are refused by it.
/// </summary>
internal sealed class ApiHandlers
{
    private readonly ApiHandler?[] _byKey;

    public ApiHandlers(IEnumerable<ApiHandler> handlers)
    {
        All = [.. handlers.OrderBy(handler => handler.Key)];
        _byKey = new ApiHandler?[(int)All[^1].Key + 1];
        foreach (ApiHandler handler in All)
        {
            ref ApiHandler? place = ref _byKey[(int)handler.Key];
            place = place is null ? handler : throw new ArgumentException($"{handler.Key} has two handlers.", nameof(handlers));
        }
    }

    /// <summary>The handlers in the order of their keys.</summary>
    public IReadOnlyList<ApiHandler> All { get; }

    /// <summary>The handler of an API; null if this broker does not carry it out.</summary>
    public ApiHandler? Find(short key) => (uint)key < (uint)_byKey.Length ? _byKey[key] : null;
}
