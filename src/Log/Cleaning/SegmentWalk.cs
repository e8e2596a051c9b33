using Compat.Log.Segments;
using Compat.Wire.Records;

namespace Compat.Log.Cleaning;

/// <summary>Reads whole segments for the cleaner, which must not go on where something cannot be read: what it leaves out is gone.</summary>
internal static class SegmentWalk
{
    /// <summary>The batches of a segment from the one that holds an offset on; each is valid until the next one is asked for.</summary>
    /// <exception cref="LogCleaningException">The segment is damaged or cannot be read.</exception>
    public static IEnumerable<RecordBatch> Batches(Segment segment, long fromOffset, int chunkBytes)
    {
        if (segment.Size == 0)
        {
            yield break;
        }

        using BatchReader reader = Reading(segment, () => segment.OpenReader(fromOffset, segment.Size, chunkBytes));
        Func<bool> moveNext = reader.MoveNext;
        while (Reading(segment, moveNext))
        {
            if (!reader.Current.IsCrcValid())
            {
                throw new LogCleaningException($"The batch at offset {reader.Current.BaseOffset} of {segment} has a wrong checksum.");
            }

            if (reader.Current.LastOffset >= fromOffset)
            {
                yield return reader.Current;
            }
        }

        if (reader.Problem is not null)
        {
            throw new LogCleaningException($"{segment} cannot be read from position {reader.NextPosition} on: {reader.Problem}.");
        }
    }

    private static T Reading<T>(Segment segment, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LogCleaningException($"{segment} cannot be read.", exception);
        }
    }
}
