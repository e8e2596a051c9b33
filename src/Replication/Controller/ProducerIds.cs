using Compat.Replication.Metadata;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>A block of producer ids that belongs to one broker alone.</summary>
/// <param name="First">First id of the block.</param>
/// <param name="Count">Number of ids in it.</param>
public readonly record struct ProducerIdBlock(long First, int Count)
{
    /// <summary>Ids a block has.</summary>
    public const int Size = 1000;
}

/// <summary>Decides AllocateProducerIds (KIP-730).</summary>
internal static class ProducerIds
{
    public static Decision<ProducerIdBlock> Decide(ControllerTurn turn, int brokerId, long brokerEpoch)
    {
        long first = turn.Image.NextProducerId;
        if (first > long.MaxValue - ProducerIdBlock.Size)
        {
            throw new MetadataException("All producer ids have been given out.");
        }
        var record = new ProducerIdsRecord
        {
            BrokerId = brokerId,
            BrokerEpoch = brokerEpoch,
            NextProducerId = first + ProducerIdBlock.Size,
        };
        return new Decision<ProducerIdBlock>(
            [new MetadataRecord(record, 0)], new ProducerIdBlock(first, ProducerIdBlock.Size));
    }
}
