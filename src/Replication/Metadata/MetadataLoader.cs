using Compat.Replication.Quorum;
using Compat.Wire.Messages;

namespace Compat.Replication.Metadata;

/// <summary>
/// Replays the committed metadata log into images and hands them to publishers. All batches that come together make
/// one image, and a transaction of the log (KIP-868) becomes visible whole or not at all.
/// </summary>
public sealed class MetadataLoader : IMetadataQuorumListener
{
    private readonly List<IMetadataPublisher> _publishers = [];
    private readonly OffsetWaiters<bool> _waiters = new(reached: true);
    private readonly Action<LeaderAndEpoch> _onLeaderChange;
    private readonly Action<Exception> _onFatal;
    private MetadataDelta _delta = new(MetadataImage.Empty);
    private MetadataProvenance _position = MetadataProvenance.Empty;
    private List<MetadataRecord>? _transaction;
    private bool _hasPublished;
    private volatile MetadataImage _image = MetadataImage.Empty;
    private long _bytesSinceSnapshot;

    /// <summary>Makes a loader with the empty image.</summary>
    /// <param name="onLeaderChange">Told of leaders, after all images that precede them.</param>
    /// <param name="onFatal">Told why metadata cannot be followed any more.</param>
    public MetadataLoader(Action<LeaderAndEpoch> onLeaderChange, Action<Exception> onFatal)
    {
        _onLeaderChange = onLeaderChange;
        _onFatal = onFatal;
    }

    /// <summary>The newest image that all publishers have followed.</summary>
    public MetadataImage Image => _image;

    /// <summary>True while the log is within a transaction, whose records are not in the image.</summary>
    public bool IsInTransaction => _transaction is not null;

    /// <summary>Bytes of log behind the image since the last snapshot was loaded or taken.</summary>
    public long BytesSinceSnapshot => Interlocked.Read(ref _bytesSinceSnapshot);

    /// <summary>Adds a publisher; before the quorum is started.</summary>
    public void AddPublisher(IMetadataPublisher publisher) => _publishers.Add(publisher);

    /// <summary>Begins to count <see cref="BytesSinceSnapshot"/> anew.</summary>
    public void ResetBytesSinceSnapshot() => Interlocked.Exchange(ref _bytesSinceSnapshot, 0);

    /// <summary>
    /// Waits until all publishers have followed an image that contains an offset. False if that will never happen.
    /// </summary>
    public ValueTask<bool> WaitUntilAppliedAsync(long offset, CancellationToken cancellation = default) =>
        _waiters.WaitAsync(offset, cancellation);

    /// <summary>Waits until all publishers have followed an image of which a condition is true. False if that will never happen.</summary>
    public async ValueTask<bool> WaitUntilAsync(Func<MetadataImage, bool> condition, CancellationToken cancellation = default)
    {
        while (true)
        {
            MetadataImage image = _image;
            if (condition(image))
            {
                return true;
            }
            if (!await WaitUntilAppliedAsync(image.Provenance.LastContainedOffset + 1, cancellation).ConfigureAwait(false))
            {
                return false;
            }
        }
    }

    /// <inheritdoc/>
    public void OnSnapshot(MetadataSnapshot snapshot)
    {
        _delta = new MetadataDelta(MetadataImage.Empty);
        foreach (MetadataRecord record in snapshot.Records)
        {
            _delta.Replay(record);
        }
        _position = new MetadataProvenance(
            snapshot.Id.Offset - 1,
            snapshot.Id.Epoch,
            snapshot.LastContainedLogTimestampMs,
            IsOffsetBatchAligned: true);
        _transaction = null;
        ResetBytesSinceSnapshot();
        // At the start the log follows: nobody is shown a past that has a future already.
        if (_hasPublished)
        {
            MetadataImage image = _delta.Apply(_position);
            Publish(MetadataDelta.Between(_image, image), image);
        }
    }

    /// <inheritdoc/>
    public void OnCommitted(IEnumerable<CommittedBatch> batches)
    {
        foreach (CommittedBatch batch in batches)
        {
            Replay(batch);
        }
        if (_position.LastContainedOffset > _image.Provenance.LastContainedOffset)
        {
            Publish(_delta, _delta.Apply(_position));
        }
    }

    /// <inheritdoc/>
    public void OnLeaderChange(LeaderAndEpoch leader) => _onLeaderChange(leader);

    /// <inheritdoc/>
    public void OnFatal(Exception cause)
    {
        _waiters.End(false);
        _onFatal(cause);
    }

    private void Replay(CommittedBatch batch)
    {
        for (int i = 0; i < batch.Records.Count; i++)
        {
            Replay(batch.Records[i]);
            MoveTo(batch, batch.BaseOffset + i, isAligned: false);
        }
        MoveTo(batch, batch.LastOffset, isAligned: true);
        Interlocked.Add(ref _bytesSinceSnapshot, batch.SizeInBytes);
    }

    private void MoveTo(CommittedBatch batch, long offset, bool isAligned)
    {
        // The image stands still before a transaction until that has ended.
        if (_transaction is null)
        {
            _position = new MetadataProvenance(offset, batch.Epoch, batch.AppendTimestampMs, isAligned);
        }
    }

    private void Replay(MetadataRecord record)
    {
        switch (record.Message)
        {
            case BeginTransactionRecord:
                ThrowIf(IsInTransaction, "A transaction of the metadata log begins within another one.");
                _transaction = [];
                break;
            case EndTransactionRecord:
                ThrowIf(!IsInTransaction, "A transaction of the metadata log ends that did not begin.");
                _transaction!.ForEach(_delta.Replay);
                _transaction = null;
                break;
            case AbortTransactionRecord:
                ThrowIf(!IsInTransaction, "A transaction of the metadata log aborts that did not begin.");
                _transaction = null;
                break;
            case not null when _transaction is not null:
                _transaction.Add(record);
                break;
            default:
                _delta.Replay(record);
                break;
        }
    }

    private void Publish(MetadataDelta delta, MetadataImage image)
    {
        foreach (IMetadataPublisher publisher in _publishers)
        {
            publisher.OnMetadataUpdate(delta, image);
        }
        _hasPublished = true;
        _image = image;
        _delta = new MetadataDelta(image);
        _waiters.Reach(image.Provenance.LastContainedOffset + 1);
    }

    private static void ThrowIf(bool condition, string message)
    {
        if (condition)
        {
            throw new MetadataException(message);
        }
    }
}
