namespace Compat.Load.Bare;

/// <summary>A fetch that waits: answered once, at the next append or when its time is over.</summary>
internal sealed class BareWait
{
    private readonly Timer _timer;
    private Action? _answer;

    public BareWait(int maxWaitMs, Action answer)
    {
        _answer = answer;
        _timer = new Timer(static state => ((BareWait)state!).End(), this, Timeout.Infinite, Timeout.Infinite);
        _timer.Change(maxWaitMs, Timeout.Infinite);
    }

    public void End()
    {
        Interlocked.Exchange(ref _answer, null)?.Invoke();
        _timer.Dispose();
    }
}
