using Compat.Wire;

namespace Compat.Coordination.Groups.Classic;

/// <summary>Reads the one thing the coordinator looks at in the consumers' embedded protocol: the topics a member wants.</summary>
internal static class ConsumerSubscription
{
    /// <summary>The protocol type of consumers.</summary>
    public const string ProtocolType = "consumer";

    /// <summary>
    /// Adds the topics of a member's metadata to <paramref name="topics"/>. Every version begins as version 0 does, so the
    /// version is passed over.
    /// </summary>
    /// <returns>False when the metadata is malformed.</returns>
    public static bool TryAddTopics(ReadOnlyMemory<byte> metadata, HashSet<string> topics)
    {
        try
        {
            var reader = new WireReader(metadata);
            if (reader.ReadInt16() < 0)
            {
                return false;
            }

            int count = reader.ReadArrayCount(flexible: false, elementSize: 2, elementCost: 32);
            for (int index = 0; index < count; index++)
            {
                topics.Add(reader.ReadString(flexible: false));
            }

            return true;
        }
        catch (WireFormatException)
        {
            return false;
        }
    }
}
