using Compat.Wire;

namespace Compat.Replication.Following;

/// <summary>
/// The follower's side of a fetch session (KIP-227): its number and the epoch of the next request. Without a session a
/// request names every partition; within one, those that changed.
/// </summary>
internal sealed class FetcherSession
{
    private const int NoSession = 0;
    private const int Initial = 0;

    /// <summary>The session's id, 0 for none.</summary>
    public int Id { get; private set; }

    /// <summary>The epoch of the next request.</summary>
    public int Epoch { get; private set; }

    /// <summary>Whether the next request has to name every partition.</summary>
    public bool IsFull => Epoch == Initial;

    /// <summary>Goes on after an answer without an error; false if the leader has ended the session.</summary>
    public bool Continue(int answeredId)
    {
        if (answeredId == NoSession)
        {
            bool wasFull = IsFull;
            (Id, Epoch) = (NoSession, Initial);
            return wasFull;
        }
        Id = answeredId;
        Epoch = Epoch == int.MaxValue ? 1 : Epoch + 1;
        return true;
    }

    /// <summary>Begins again after an error, and has the leader forget the session if it still knows it.</summary>
    public void Restart(ErrorCode error = ErrorCode.None)
    {
        Id = error == ErrorCode.FetchSessionIdNotFound ? NoSession : Id;
        Epoch = Initial;
    }
}
