using Compat.Wire;

namespace Compat.Replication.Peers;

/// <summary>Why another node did not answer.</summary>
public enum PeerFailure
{
    /// <summary>It answered; the answer may say an error of its own.</summary>
    None,

    /// <summary>The request was certainly not sent: the node cannot be reached.</summary>
    Unreachable,

    /// <summary>The connection broke before the answer: the node may or may not have carried the request out.</summary>
    Disconnected,

    /// <summary>No answer in time: the node may or may not carry the request out.</summary>
    TimedOut,

    /// <summary>The request was not sent: the node does not serve the API in a version that this node can speak.</summary>
    UnsupportedVersion,

    /// <summary>The node's answer cannot be read.</summary>
    Malformed,

    /// <summary>The request was not sent: the connection was given up on this side.</summary>
    Closed,
}

/// <summary>
/// What another node answered, or why it did not. Fields of bytes and records are slices of the received frame, which
/// belongs to the answer: disposing it, when they are not needed any more, lets another frame use the memory.
/// </summary>
/// <typeparam name="TResponse">The answer.</typeparam>
public sealed class PeerAnswer<TResponse> : IDisposable
    where TResponse : class, IWireMessage<TResponse>
{
    private readonly TResponse? _response;
    private IDisposable? _frame;

    private PeerAnswer(TResponse? response, short version, PeerFailure failure, string? reason, IDisposable? frame)
    {
        _response = response;
        Version = version;
        Failure = failure;
        Reason = reason;
        _frame = frame;
    }

    /// <summary>Why there is no answer; <see cref="PeerFailure.None"/> if there is one.</summary>
    public PeerFailure Failure { get; }

    /// <summary>The failure in a line; null if there is none.</summary>
    public string? Reason { get; }

    /// <summary>The version of request and answer.</summary>
    public short Version { get; }

    /// <summary>True if the node answered.</summary>
    public bool IsAnswered => Failure == PeerFailure.None;

    /// <summary>What it answered.</summary>
    /// <exception cref="InvalidOperationException">It did not.</exception>
    public TResponse Response => _response ?? throw new InvalidOperationException($"There is no answer: {Failure}, {Reason}");

    /// <summary>An answer.</summary>
    public static PeerAnswer<TResponse> Of(TResponse response, short version, IDisposable? frame = null) =>
        new(response, version, PeerFailure.None, null, frame);

    /// <summary>No answer.</summary>
    public static PeerAnswer<TResponse> Failed(PeerFailure failure, string reason) => new(null, -1, failure, reason, null);

    /// <summary>Gives the frame back.</summary>
    public void Dispose() => Interlocked.Exchange(ref _frame, null)?.Dispose();
}
