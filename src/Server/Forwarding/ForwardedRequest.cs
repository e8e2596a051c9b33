using Compat.Server.Handlers;

namespace Compat.Server.Forwarding;

/// <summary>What a request that came in an envelope has in place of a connection.</summary>
internal sealed class ForwardedRequest : IRequestOwner
{
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ForwardedRequest(CancellationToken closed) => Closed = closed;

    public CancellationToken Closed { get; }

    /// <summary>Completes when the request has its answer; fails when its handler failed.</summary>
    public Task Completed => _completed.Task;

    public void Complete(RequestContext request) => _completed.TrySetResult();

    public void Fail(RequestContext request, Exception exception) => _completed.TrySetException(exception);

    public void Close(string reason) => _completed.TrySetException(new InvalidOperationException(reason));
}
