namespace Compat.Load.Bare;

/// <summary>
/// The least a broker can do, to hold a real one against: a blocking thread a connection receives each frame into one
/// buffer, checksums the records, writes them to a file and answers; whoever produces answers the waiting consumer.
/// Nothing is validated, nothing survives, and what a client asks beyond that gets no answer.
/// </summary>
internal sealed class BareServer : IDisposable
{
    private readonly LoopbackListener _listener;
    private readonly string _directory;
    private readonly int _partitions;
    private readonly bool _flushes;
    private readonly Dictionary<(string, int), BarePartition> _logs = [];

    /// <summary>Listens on a free loopback port and keeps its files in <paramref name="directory"/>, as long as it lives.</summary>
    /// <param name="directory">Where the files are.</param>
    /// <param name="partitions">How many partitions every topic has.</param>
    /// <param name="flushes">Whether a batch is flushed before it is answered.</param>
    public BareServer(string directory, int partitions, bool flushes = false)
    {
        _directory = Directory.CreateDirectory(directory).FullName;
        _partitions = partitions;
        _flushes = flushes;
        _listener = new LoopbackListener(socket => new BareConnection(this, socket).Run());
    }

    public int Port => _listener.Port;

    /// <summary>How many partitions every topic has.</summary>
    public int Partitions => _partitions;

    /// <summary>The log of a partition that was produced to; null for any other.</summary>
    public BarePartition? Find(string topic, int partition)
    {
        lock (_logs)
        {
            return _logs.GetValueOrDefault((topic, partition));
        }
    }

    /// <summary>
    /// The log of a partition that is produced to. A topic that was not heard of before takes the place of all others, whose
    /// files go; a consumer that still asks for one of those must not bring it back.
    /// </summary>
    public BarePartition FindOrAdd(string topic, int partition)
    {
        lock (_logs)
        {
            if (_logs.TryGetValue((topic, partition), out var found))
            {
                return found;
            }

            foreach (var key in _logs.Keys.Where(key => key.Item1 != topic).ToArray())
            {
                _logs.Remove(key, out var old);
                old!.Dispose();
            }

            return _logs[(topic, partition)] = new BarePartition(Path.Combine(_directory, $"{topic}-{partition}.bare"), _flushes);
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        lock (_logs)
        {
            foreach (var log in _logs.Values)
            {
                log.Dispose();
            }
        }
    }
}
