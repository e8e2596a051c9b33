using Compat.Log.Segments;

namespace Compat.Log;

/// <summary>The end of a log: closed to be opened again, or deleted.</summary>
public sealed partial class PartitionLog
{
    /// <summary>
    /// Writes what is only in memory (indexes, producers, leader epochs) and closes the files. With a flush the next open
    /// may take the directory as it is.
    /// </summary>
    /// <param name="flush">
    /// Whether to make everything durable; false when the caller does that for all logs at once, and then goes on with
    /// <see cref="PutInPlace"/>.
    /// </param>
    /// <exception cref="IOException">The device fails; the files are closed nevertheless.</exception>
    public void Close(bool flush = true)
    {
        if (IsClosed)
        {
            return;
        }

        try
        {
            if (!IsFailed)
            {
                bool isChanged = _segments.Active.HasUnwrittenIndexes || RecoveryPoint < LogEndOffset;
                Persist(flush);
                if (flush && isChanged)
                {
                    Flush();
                    _context.Storage.FlushDirectory(_folder.Path);
                }
            }
        }
        finally
        {
            CloseFiles();
        }
    }

    /// <summary>Closes the files and writes nothing, because the device has failed.</summary>
    public void Abandon()
    {
        Volatile.Write(ref _isFailed, true);
        CloseFiles();
        OnFlushed?.Invoke();
    }

    /// <summary>
    /// Moves the directory aside, so that one of the same name can be made, and refuses everything from then on. Answers
    /// under way still read what they hold.
    /// </summary>
    /// <param name="newPath">Where the directory goes.</param>
    internal void MoveAside(string newPath)
    {
        using Lock.Scope maintenance = _maintenanceLock.EnterScope();
        lock (_lock)
        {
            Volatile.Write(ref _isClosed, true);
            _context.Storage.Rename(_folder.Path, newPath);
            _folder.Path = newPath;
        }
    }

    /// <summary>Deletes the directory with everything in it, at once.</summary>
    /// <exception cref="IOException">The device fails.</exception>
    public void Delete()
    {
        CloseFiles();
        _context.Storage.DeleteDirectory(_folder.Path);
    }

    /// <summary>
    /// Puts in place what <see cref="Close"/> has written beside what it replaces, once that is on the device. Before it the log is
    /// as after a crash.
    /// </summary>
    /// <returns>Whether there was anything, so that a name has to be flushed.</returns>
    /// <exception cref="IOException">The device fails.</exception>
    internal bool PutInPlace()
    {
        lock (_lock)
        {
            return _epochs.PutInPlace();
        }
    }

    /// <summary>Notes that the closed log is on the device, because its whole volume was flushed or it need not be.</summary>
    internal void MarkFlushed() => Volatile.Write(ref _recoveryPoint, LogEndOffset);

    // Indexes and snapshots are not flushed: after a loss of power they are recognised as wrong and made anew.
    private void Persist(bool flush)
    {
        lock (_lock)
        {
            _segments.Active.PersistIndexes();
            _snapshots.Take(_producers, flush: false);
            _epochs.Persist(_end.Offset, flush);
        }
    }

    private void CloseFiles()
    {
        using Lock.Scope maintenance = _maintenanceLock.EnterScope();
        lock (_lock)
        {
            Volatile.Write(ref _isClosed, true);
            foreach (Segment segment in _segments.AsSpan())
            {
                segment.CloseFile();
            }
        }
    }
}
