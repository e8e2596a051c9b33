using Compat.Wire;

namespace Compat.Coordination.Runtime;

/// <summary>
/// The answers that are decided and wait for the high watermark to pass what their turns saw, in the order of their offsets.
/// </summary>
internal sealed class CommitGate
{
    /// <summary>Answers that wait in one shard; one more is refused.</summary>
    public const int MaxWaiting = 1 << 18;

    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = new();

    /// <summary>When the oldest answer has waited too long; <see cref="long.MaxValue"/> when none waits.</summary>
    public long NextDueMs
    {
        get
        {
            lock (_lock)
            {
                return _waiting.TryPeek(out Waiting next) ? next.DueMs : long.MaxValue;
            }
        }
    }

    /// <summary>Holds an answer back.</summary>
    /// <param name="reply">The answer.</param>
    /// <param name="offset">Given out when the high watermark is at or above it.</param>
    /// <param name="dueMs">When it has waited too long, milliseconds of the monotonic clock.</param>
    /// <returns>False when too many wait already.</returns>
    public bool TryHold(Reply reply, long offset, long dueMs)
    {
        lock (_lock)
        {
            if (_waiting.Count >= MaxWaiting)
            {
                return false;
            }

            _waiting.Enqueue(new Waiting(reply, offset, dueMs));
            return true;
        }
    }

    /// <summary>Gives out what is committed.</summary>
    public void Advance(long highWatermark)
    {
        lock (_lock)
        {
            while (_waiting.TryPeek(out Waiting next) && next.Offset <= highWatermark)
            {
                _waiting.Dequeue();
                next.Reply.Release();
            }
        }
    }

    /// <summary>Answers those that have waited too long; their records stay in the log and may yet be committed.</summary>
    public void Expire(long nowMs)
    {
        lock (_lock)
        {
            while (_waiting.TryPeek(out Waiting next) && next.DueMs <= nowMs)
            {
                _waiting.Dequeue();
                next.Reply.Fail(ErrorCode.CoordinatorNotAvailable);
            }
        }
    }

    /// <summary>Answers all with an error.</summary>
    public void FailAll(ErrorCode error)
    {
        lock (_lock)
        {
            while (_waiting.TryDequeue(out Waiting next))
            {
                next.Reply.Fail(error);
            }
        }
    }

    private readonly record struct Waiting(Reply Reply, long Offset, long DueMs);
}
