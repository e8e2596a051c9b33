namespace Compat.Replication.Quorum.Core;

/// <summary>
/// Something that the core wants done. Effects are carried out in their order, each before the next: what is to be on
/// disk before a message leaves stands before that message.
/// </summary>
internal abstract record QuorumEffect;

/// <summary>Write epoch, vote and leader to the disk, and go on when they are there.</summary>
internal sealed record PersistElection(QuorumState State) : QuorumEffect;

/// <summary>Append whole batches at the end of the log.</summary>
/// <param name="Batches">The batches, with their offsets and epochs.</param>
/// <param name="Epoch">The epoch of this node.</param>
internal sealed record AppendToLog(ReadOnlyMemory<byte> Batches, int Epoch) : QuorumEffect;

/// <summary>Bring the log to the disk up to its end, and tell by <see cref="QuorumCore.Flushed"/>; need not happen at once.</summary>
internal sealed record FlushLog : QuorumEffect;

/// <summary>Remove what is at an offset and behind it.</summary>
internal sealed record TruncateLog(long Offset) : QuorumEffect;

/// <summary>Everything below the high watermark is committed.</summary>
internal sealed record Commit(long HighWatermark) : QuorumEffect;

/// <summary>Another epoch or leader.</summary>
/// <param name="Leader">Epoch and leader.</param>
/// <param name="EpochStartOffset">If this node leads: the offset of the first record of its epoch, which has to be replayed first.</param>
internal sealed record ChangeLeader(LeaderAndEpoch Leader, long EpochStartOffset) : QuorumEffect;

/// <summary>Send a request.</summary>
/// <param name="To">To whom.</param>
/// <param name="CorrelationId">To be given back with the answer.</param>
/// <param name="Request">The request.</param>
internal sealed record SendRequest(QuorumNode To, long CorrelationId, QuorumRequest Request) : QuorumEffect;

/// <summary>Answer a request; what <see cref="FetchLogAnswer.ReadFrom"/> and its like say is read now.</summary>
/// <param name="Token">Which request.</param>
/// <param name="Answer">The answer.</param>
internal sealed record SendAnswer(long Token, QuorumAnswer Answer) : QuorumEffect;

/// <summary>
/// Add a piece to the temporary file of a snapshot; position 0 begins it. The last piece makes it whole: it is verified,
/// made durable and takes the place of the log, and the core is told by <see cref="QuorumCore.SnapshotInstalled"/> or
/// <see cref="QuorumCore.SnapshotRejected"/>.
/// </summary>
internal sealed record StoreSnapshotPiece(OffsetAndEpoch Id, long Position, ReadOnlyMemory<byte> Bytes, bool IsLast) : QuorumEffect;
