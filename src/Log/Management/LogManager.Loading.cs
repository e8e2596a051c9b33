using Compat.Log.Checkpoints;
using Compat.Log.Configuration;
using Compat.Wire;

namespace Compat.Log;

/// <summary>Opening the logs that a start finds.</summary>
public sealed partial class LogManager
{
    private const string ClusterMetadataTopic = "__cluster_metadata";

    /// <summary>
    /// Opens all logs of all directories that are not open yet. A log that no topic claims is moved aside and kept; what
    /// was deleted before the last stop is deleted for good.
    /// </summary>
    /// <param name="configOf">
    /// The settings of a log by its topic and id, or null when the metadata has no such partition for this broker.
    /// Called from several threads.
    /// </param>
    /// <exception cref="IOException">The last directory that was online has failed.</exception>
    public void LoadLogs(Func<FoundLog, LogConfig?> configOf)
    {
        _hasBegunToLoad = true;
        List<(LogDirectory Directory, string Name)> found = [];
        foreach (LogDirectory directory in Directories)
        {
            if (directory.IsOnline)
            {
                found.AddRange(_context.Storage.List(directory.Path)
                    .Where(entry => entry.IsDirectory)
                    .Select(entry => (directory, entry.Name)));
            }
        }

        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Math.Max(1, _options.RecoveryThreadsPerDataDir) * Directories.Count };
        Parallel.ForEach(found, parallel, each => Load(each.Directory, each.Name, configOf));
        if (!Directories.Any(directory => directory.IsOnline))
        {
            throw new IOException("No log directory is online.", Directories[0].Failure);
        }

        _hasLoaded = true;
    }

    private void Load(LogDirectory directory, string name, Func<FoundLog, LogConfig?> configOf)
    {
        if (!LogDirectoryName.TryParse(name, out TopicPartition partition, out LogDirectoryKind kind))
        {
            LogMessages.UnknownDirectory(_context.Logger, directory.Path, name);
            return;
        }

        switch (kind)
        {
            case LogDirectoryKind.Deleted:
                string path = Path.Combine(directory.Path, name);
                _context.Later.Add(TimeSpan.Zero, () => _context.Storage.DeleteDirectory(path));
                break;
            case LogDirectoryKind.Current when partition.Topic == ClusterMetadataTopic:
                // The quorum's own.
                break;
            case LogDirectoryKind.Current when !_logs.ContainsKey(partition) && directory.IsOnline:
                LoadCurrent(directory, partition, configOf);
                break;
            case LogDirectoryKind.Future or LogDirectoryKind.Stray:
                LogMessages.DirectoryLeftAlone(_context.Logger, directory.Path, name);
                break;
        }
    }

    private void LoadCurrent(LogDirectory directory, TopicPartition partition, Func<FoundLog, LogConfig?> configOf)
    {
        try
        {
            string path = Path.Combine(directory.Path, LogDirectoryName.Of(partition));
            Uuid topicId = PartitionMetadataFile.Read(_context.Storage, Path.Combine(path, PartitionMetadataFile.FileName));
            if (configOf(new FoundLog(partition, topicId)) is { } config)
            {
                OpenLog(directory, partition, topicId, config, isFound: true);
                return;
            }

            string aside = LogDirectoryName.Aside(partition, _context.NextUniqueName(), LogDirectoryKind.Stray);
            _context.Storage.Rename(path, Path.Combine(directory.Path, aside));
            LogMessages.StrayLog(_context.Logger, partition, topicId, directory.Path, aside);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            TakeOffline(directory, exception);
        }
    }
}
