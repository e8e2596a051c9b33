using Compat.Log.Storage;

namespace Compat.Server.Health;

/// <summary>Every log directory is online, and a file can be written to it now.</summary>
/// <param name="directories">The directories by path, with the failure of those that are offline.</param>
/// <param name="storage">Where they are.</param>
internal sealed class LogDirectoriesCheck(Func<IEnumerable<(string Path, Exception? Failure)>> directories, IStorage storage) : IHealthCheck
{
    /// <summary>The file that is written; Kafka passes over files it does not know.</summary>
    private const string ProbeFile = ".health";

    // Two probes at once would delete each other's file.
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public string Name => "log directories";

    /// <inheritdoc/>
    public ValueTask<string?> CheckAsync(CancellationToken cancellation)
    {
        foreach ((string path, Exception? failure) in directories())
        {
            if ((failure?.Message ?? TryWrite(path)) is { } problem)
            {
                return ValueTask.FromResult<string?>($"{path}: {problem}");
            }
        }

        return ValueTask.FromResult<string?>(null);
    }

    private string? TryWrite(string directory)
    {
        string path = Path.Combine(directory, ProbeFile);
        using Lock.Scope one = _lock.EnterScope();
        try
        {
            using (IStorageFile file = storage.Open(path, StorageOpenMode.Truncate))
            {
                file.Write([0], 0);
            }

            storage.DeleteFile(path);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
