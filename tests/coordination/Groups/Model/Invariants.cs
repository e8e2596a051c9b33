using System.Text;

namespace Compat.Coordination.Tests.Groups.Model;

/// <summary>A partition has one owner in a generation, whatever else happens.</summary>
internal sealed class OneOwnerAPartition
{
    private readonly Dictionary<(int Generation, int Partition), string> _owners = [];

    public void Assigned(int generation, string memberId, IEnumerable<int> partitions)
    {
        foreach (int partition in partitions)
        {
            if (!_owners.TryAdd((generation, partition), memberId))
            {
                // A static member that came back has the place of its earlier self: the instance owns it.
                Assert.Equal(OwnerOf(_owners[(generation, partition)]), OwnerOf(memberId));
            }
        }
    }

    private static string OwnerOf(string memberId) => memberId.StartsWith("static", StringComparison.Ordinal) ? memberId[..^37] : memberId;
}

/// <summary>A committed offset never goes back.</summary>
internal sealed class OffsetsGoForward
{
    private readonly Dictionary<int, long> _committed = [];

    public void Committed(int partition, long offset)
    {
        long before = _committed.GetValueOrDefault(partition, -1);
        Assert.True(offset >= before, $"Partition {partition} went back from {before} to {offset}.");
        _committed[partition] = offset;
    }

    public void Fetched(int partition, long offset) => Assert.Equal(_committed.GetValueOrDefault(partition, -1), offset);
}

/// <summary>The embedded consumer protocol of the model: what a member owns, and what it is given.</summary>
internal static class ModelProtocol
{
    public static byte[] Encode(IEnumerable<int> partitions) => Encoding.UTF8.GetBytes(string.Join(',', partitions));

    public static int[] Decode(ReadOnlyMemory<byte> bytes) =>
        [.. Encoding.UTF8.GetString(bytes.Span).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
}
