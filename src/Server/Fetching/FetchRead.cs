using Compat.Log;
using Compat.Wire.Messages;

namespace Compat.Server.Fetching;

/// <summary>
/// What one pass over the partitions of a Fetch found. The records stay in their files until the answer is encoded; a
/// read that is not answered with is disposed.
/// </summary>
internal sealed class FetchRead : IDisposable
{
    private readonly List<LogReadResult> _open = [];

    /// <summary>The results in the order of the targets.</summary>
    public List<(FetchKey Key, FetchResponse.PartitionData Data)> Results { get; } = [];

    /// <summary>How many bytes of records were found.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether something was found that the client should know without waiting: an error or a divergence.</summary>
    public bool IsUrgent { get; set; }

    /// <summary>Whether any partition was read, rather than found not to exist.</summary>
    public bool HasRead { get; set; }

    /// <summary>Adds the result of a partition.</summary>
    public void Add(FetchKey key, FetchResponse.PartitionData data) => Results.Add((key, data));

    /// <summary>Keeps the files of a read open until it is answered with, and counts its bytes.</summary>
    public void Keep(in LogReadResult read)
    {
        if (read.Records.Size > 0)
        {
            Bytes += read.Records.Size;
            _open.Add(read);
        }
    }

    public void Dispose()
    {
        foreach (LogReadResult read in _open)
        {
            read.Dispose();
        }

        _open.Clear();
    }
}
