namespace Compat.Log.Cleaning;

/// <summary>A thread that cleans one log after another, and looks again after a while when there is none to clean.</summary>
internal sealed class CleanerThread : IDisposable
{
    private readonly LogContext _context;
    private readonly Cleaner _cleaner;
    private readonly TimeSpan _backoff;
    private readonly Func<Cleaner, bool> _cleanNext;
    private readonly CancellationTokenSource _end = new();
    private readonly Thread _thread;

    public CleanerThread(LogContext context, LogCleanerOptions options, int number, CleanerPace pace, Func<Cleaner, bool> cleanNext)
    {
        _context = context;
        _cleaner = new Cleaner(context, options.LimitsOfThread, pace, _end.Token);
        _backoff = TimeSpan.FromMilliseconds(Math.Clamp(options.BackoffMs, 1, int.MaxValue));
        _cleanNext = cleanNext;
        _thread = new Thread(Run) { IsBackground = true, Name = $"log cleaner {number}" };
    }

    /// <summary>What its last cleaning has done.</summary>
    public CleanerStats Stats => _cleaner.Stats;

    /// <summary>Whether it has ended although nobody has asked it to.</summary>
    public bool IsDead { get; private set; }

    public void Start() => _thread.Start();

    /// <summary>Ends it; when this returns it touches no log any more.</summary>
    public void Dispose()
    {
        _end.Cancel();
        if (_thread.ThreadState != ThreadState.Unstarted)
        {
            _thread.Join();
        }

        _end.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!_end.IsCancellationRequested)
            {
                if (!_cleanNext(_cleaner))
                {
                    Task.Delay(_backoff, _context.Time, _end.Token).GetAwaiter().GetResult();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end of a wait, or of a cleaning that has left nothing behind.
        }
        catch (Exception exception)
        {
            IsDead = true;
            LogMessages.CleanerThreadDied(_context.Logger, exception);
        }
    }
}
