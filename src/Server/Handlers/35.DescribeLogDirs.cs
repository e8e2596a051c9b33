using Compat.Log;
using Compat.Log.Storage;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// DescribeLogDirs, v1-5: the log directories with the sizes of the logs in them; all logs for null, and those asked for
/// otherwise. A directory that failed is named with KAFKA_STORAGE_ERROR. From v4 on with the room on its volume.
/// </summary>
public sealed class DescribeLogDirsHandler : ApiHandler<DescribeLogDirsRequest, DescribeLogDirsResponse>
{
    private readonly LogManager _logs;

    internal DescribeLogDirsHandler(LogManager logs) => _logs = logs;

    /// <inheritdoc/>
    public override ValueTask<DescribeLogDirsResponse?> HandleAsync(DescribeLogDirsRequest request, RequestContext context)
    {
        ILookup<LogDirectory?, PartitionLog> byDirectory = Wanted(request).ToLookup(log => _logs.DirectoryOf(log.TopicPartition));
        var response = new DescribeLogDirsResponse
        {
            Results = [.. _logs.Directories.Select(directory => Describe(directory, byDirectory[directory]))],
        };
        return new ValueTask<DescribeLogDirsResponse?>(response);
    }

    private IEnumerable<PartitionLog> Wanted(DescribeLogDirsRequest request)
    {
        if (request.Topics is null)
        {
            return _logs.Logs;
        }

        var wanted = request.Topics
            .SelectMany(topic => topic.Partitions.Select(partition => new TopicPartition(topic.Topic, partition)))
            .ToHashSet();
        return _logs.Logs.Where(log => wanted.Contains(log.TopicPartition));
    }

    private static DescribeLogDirsResponse.DescribeLogDirsResult Describe(LogDirectory directory, IEnumerable<PartitionLog> logs)
    {
        string path = Path.GetFullPath(directory.Path);
        if (!directory.IsOnline)
        {
            return new() { ErrorCode = ErrorCode.KafkaStorageError, LogDir = path };
        }

        StorageVolume volume = directory.Volume();
        return new()
        {
            LogDir = path,
            TotalBytes = volume.TotalBytes,
            UsableBytes = volume.UsableBytes,
            Topics = [.. logs.GroupBy(log => log.TopicPartition.Topic).Select(Describe)],
        };
    }

    private static DescribeLogDirsResponse.DescribeLogDirsTopic Describe(IGrouping<string, PartitionLog> topic) => new()
    {
        Name = topic.Key,
        Partitions =
        [
            .. topic.Select(log => new DescribeLogDirsResponse.DescribeLogDirsPartition
            {
                PartitionIndex = log.TopicPartition.Partition,
                PartitionSize = log.Size,

                // How far a replica is behind what is committed; nothing is behind itself.
                OffsetLag = Math.Max(0, log.HighWatermark - log.LogEndOffset),
            }),
        ],
    };
}
