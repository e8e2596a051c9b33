namespace Compat.Server.Handlers;

/// <summary>Is told of every request that was carried out.</summary>
internal interface IRequestObserver
{
    /// <summary>Follows a request whose answer was encoded, or that needs none. Called on the way of the answer, so it must be quick.</summary>
    void OnAnswered(RequestContext request);
}
