using Compat.Wire;

namespace Compat.Coordination.Runtime;

/// <summary>An answer on its way: decided in a turn, given out when what the turn saw is committed.</summary>
internal abstract class Reply
{
    /// <summary>Gives the decided answer out.</summary>
    internal abstract void Release();

    /// <summary>Gives out <paramref name="error"/> in place of an answer.</summary>
    internal abstract void Fail(ErrorCode error);
}

/// <summary>
/// An answer that may come later than the turn that was asked for it. Who awaits it goes on in the thread pool, never
/// inside the turn that answers.
/// </summary>
/// <typeparam name="T">The response.</typeparam>
internal abstract class Reply<T> : Reply
    where T : class
{
    private readonly TaskCompletionSource<T> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _response;

    /// <summary>The answer.</summary>
    public Task<T> Task => _source.Task;

    /// <summary>True when a turn has decided the answer.</summary>
    public bool IsDecided => _response is not null;

    /// <summary>The answer that was decided, whether or not it has been given out.</summary>
    public T? Response => _response;

    internal void Decide(T response) => _response ??= response;

    internal override void Release() => _source.TrySetResult(_response ?? throw new InvalidOperationException("A reply is released before it is decided."));

    internal override void Fail(ErrorCode error) => _source.TrySetResult(Failed(error));

    /// <summary>The response that says <paramref name="error"/>.</summary>
    protected abstract T Failed(ErrorCode error);
}
