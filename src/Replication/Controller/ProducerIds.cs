using Compat.Replication.Metadata;
using Compat.Wire;
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

/// <summary>Decides AllocateProducerIds (KIP-730): blocks of producer ids never overlap.</summary>
internal static class ProducerIds
{
    public static Decision<AllocateProducerIdsResponse> Decide(ControllerTurn turn, AllocateProducerIdsRequest request)
    {
        long first = turn.Image.NextProducerId;
        ErrorCode error =
            !turn.Image.Cluster.TryGetBroker(request.BrokerId, out BrokerRegistration? broker) || broker.Epoch != request.BrokerEpoch
                ? ErrorCode.StaleBrokerEpoch
                : first > long.MaxValue - ProducerIdBlock.Size ? ErrorCode.UnknownServerError : ErrorCode.None;
        if (error != ErrorCode.None)
        {
            return Decision<AllocateProducerIdsResponse>.Unchanged(new AllocateProducerIdsResponse { ErrorCode = error });
        }
        var record = new ProducerIdsRecord
        {
            BrokerId = request.BrokerId,
            BrokerEpoch = request.BrokerEpoch,
            NextProducerId = first + ProducerIdBlock.Size,
        };
        return new Decision<AllocateProducerIdsResponse>(
            [new MetadataRecord(record, 0)],
            new AllocateProducerIdsResponse { ProducerIdStart = first, ProducerIdLen = ProducerIdBlock.Size });
    }
}
