using Compat.Server.Transport;
using Compat.Wire;

namespace Compat.Server.Handlers;

/// <summary>
/// One request beside its body: who asks, in which version, and how to end the connection. It also is the request's
/// place in the connection's queue of answers.
/// </summary>
public sealed class RequestContext
{
    private readonly IRequestOwner? _owner;

    internal RequestContext(
        ConnectionInfo connection, ApiKey apiKey, short apiVersion, int correlationId, string? clientId, IRequestOwner? owner = null)
    {
        Connection = connection;
        ApiKey = apiKey;
        ApiVersion = apiVersion;
        CorrelationId = correlationId;
        ClientId = clientId;
        _owner = owner;
    }

    /// <summary>The connection that the request came over.</summary>
    public ConnectionInfo Connection { get; }

    /// <summary>Which API was asked.</summary>
    public ApiKey ApiKey { get; }

    /// <summary>The version of the request, which is the version of its answer too.</summary>
    public short ApiVersion { get; }

    /// <summary>The number by which the client finds its request again.</summary>
    public int CorrelationId { get; }

    /// <summary>The name that the client gave itself; null if it gave none.</summary>
    public string? ClientId { get; }

    /// <summary>Is cancelled when the connection ends: nobody waits for the answer any more.</summary>
    public CancellationToken ConnectionClosed => _owner?.Closed ?? CancellationToken.None;

    /// <summary>
    /// Ends the connection without an answer to this request, as Kafka does for a failed produce with acks=0. The
    /// reason goes to the log.
    /// </summary>
    public void CloseConnection(string reason) => _owner?.Close(reason);

    /// <summary>What encodes the answer.</summary>
    internal ApiHandler? Handler { get; set; }

    /// <summary>The request as received; held until the answer is encoded, because the answer may quote it.</summary>
    internal Frame Frame { get; set; }

    /// <summary>False for an ApiVersions request in a version that is unknown here.</summary>
    internal bool IsVersionSupported { get; init; } = true;

    /// <summary>What the answer needs until it is encoded, for example open files; given up then, or when it is dropped.</summary>
    internal IDisposable? Resources { get; set; }

    /// <summary>The answer once complete; null for none.</summary>
    internal object? Response { get; private set; }

    /// <summary>Whether the request was carried out, with or without an answer. Guarded by the connection's lock.</summary>
    internal bool IsComplete { get; set; }

    /// <summary>The request of the same connection that is answered after this one.</summary>
    internal RequestContext? Next { get; set; }

    /// <summary>Called when the connection brings the next request while this one is under way; it must be quick. Set by the handler.</summary>
    internal Action? OnNext { get; set; }

    /// <summary>When the request was received, by the time provider's timestamps.</summary>
    internal long ReceivedAt { get; set; }

    internal void Complete(object? response)
    {
        Response = response;
        _owner?.Complete(this);
    }

    /// <summary>Who is told once it is answered; null for nobody.</summary>
    internal IRequestObserver? Observer { get; init; }

    /// <summary>Gives up the frame and the resources, once the answer is encoded or will not be.</summary>
    internal void Release()
    {
        Observer?.OnAnswered(this);
        Frame.Buffer.Release();
        Resources?.Dispose();
    }

    internal void Fail(Exception exception) => _owner?.Fail(this, exception);
}

/// <summary>The connection, as its requests see it.</summary>
internal interface IRequestOwner
{
    CancellationToken Closed { get; }

    void Complete(RequestContext request);

    void Fail(RequestContext request, Exception exception);

    void Close(string reason);
}
