namespace Compat.Log.Flushing;

/// <summary>
/// Threads that do nothing but wait for devices. A flush takes milliseconds in which its thread is of no use, and the
/// threads of the pool are as many as there are cores: with flushes on them, requests would wait for each other's device.
/// </summary>
/// <remarks>
/// A directory has a few threads and not one, because a file system commits its journal once for all the flushes that
/// wait for it. They begin when they are needed and end when they were not for a while.
/// </remarks>
public sealed class FlushThreads : IFlushScheduler
{
    /// <summary>The most flushes that are under way in one log directory. More waited no less when it was measured.</summary>
    public const int ThreadsPerDirectory = 4;

    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, DirectoryQueue> _queues = new(StringComparer.Ordinal);
    private bool _isDisposed;

    /// <inheritdoc/>
    public void Schedule(string directory, Action flush)
    {
        DirectoryQueue? queue;
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            if (!_queues.TryGetValue(directory, out queue))
            {
                queue = new DirectoryQueue(directory);
                _queues[directory] = queue;
            }
        }

        queue.Add(flush);
    }

    /// <summary>Stops: what has not begun is not done, and the threads end when what they do is done.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            foreach (DirectoryQueue queue in _queues.Values)
            {
                queue.Stop();
            }
        }
    }

    private sealed class DirectoryQueue(string directory)
    {
        private readonly object _monitor = new();
        private readonly Queue<Action> _waiting = new();
        private int _threads;
        private int _idle;
        private bool _isStopped;

        public void Add(Action flush)
        {
            lock (_monitor)
            {
                _waiting.Enqueue(flush);
                if (_idle >= _waiting.Count)
                {
                    Monitor.Pulse(_monitor);
                    return;
                }

                if (_threads == ThreadsPerDirectory)
                {
                    return;
                }

                _threads++;
            }

            new Thread(Run) { IsBackground = true, Name = $"flush {directory}" }.Start();
        }

        public void Stop()
        {
            lock (_monitor)
            {
                _isStopped = true;
                _waiting.Clear();
                Monitor.PulseAll(_monitor);
            }
        }

        private void Run()
        {
            while (Take() is { } flush)
            {
                flush();
            }
        }

        private Action? Take()
        {
            lock (_monitor)
            {
                while (_waiting.Count == 0)
                {
                    _idle++;
                    bool isPulsed = !_isStopped && Monitor.Wait(_monitor, IdleTime);
                    _idle--;
                    if (_isStopped || (!isPulsed && _waiting.Count == 0))
                    {
                        _threads--;
                        return null;
                    }
                }

                return _waiting.Dequeue();
            }
        }
    }
}
