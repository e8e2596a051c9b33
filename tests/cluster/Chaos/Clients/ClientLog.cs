using Confluent.Kafka;

namespace Compat.Cluster.Tests.Chaos.Clients;

/// <summary>What librdkafka says in all clients, in one file: a client that does not go on can be asked why.</summary>
internal sealed class ClientLog(string file) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly StreamWriter _writer = new(file);
    private bool _isClosed;

    public void Write(string client, LogMessage message)
    {
        lock (_lock)
        {
            // A client that could not be closed in time may have more to say.
            if (!_isClosed)
            {
                _writer.WriteLine($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {client} {message.Level} {message.Facility} {message.Message}");
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
            _writer.Dispose();
        }
    }
}
