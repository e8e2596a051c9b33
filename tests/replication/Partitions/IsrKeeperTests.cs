using System.Buffers;
using System.Collections.Immutable;
using Compat.Replication.Partitions;
using Compat.Replication.Tests.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Tests.Partitions;

/// <summary>What a leader asks the controller for, as it goes over the wire: a controller in the same process never sees that.</summary>
public sealed class IsrKeeperTests : IDisposable
{
    private readonly PartitionFixture _fixture = new();

    [Theory]
    [InlineData(2, "1,2", "")]
    [InlineData(3, "", "1@7,2@8")]
    public void A_proposal_can_be_sent_in_every_version(short version, string ids, string idsWithEpochs)
    {
        _fixture.Apply(Records.TopicOf("t", Records.Id(1), 1, 1, 2));
        Partition partition = _fixture.Registry.All.Single();
        ImmutableArray<IsrMember> isr = [new(1, 7), new(2, 8)];

        AlterPartitionRequest request = IsrKeeper.Describe([new IsrProposal(partition, isr, LeaderEpoch: 4, PartitionEpoch: 5)], brokerId: 1, brokerEpoch: 7, version);

        AlterPartitionRequest.PartitionData sent = OverTheWire(request, version).Topics.Single().Partitions.Single();
        Assert.Equal((4, 5), (sent.LeaderEpoch, sent.PartitionEpoch));
        Assert.Equal(ids, string.Join(',', sent.NewIsr));
        Assert.Equal(idsWithEpochs, string.Join(',', sent.NewIsrWithEpochs.Select(member => $"{member.BrokerId}@{member.BrokerEpoch}")));
    }

    public void Dispose() => _fixture.Dispose();

    private static AlterPartitionRequest OverTheWire(AlterPartitionRequest request, short version)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        request.Write(ref writer, version);
        writer.Flush();
        var reader = new WireReader(output.WrittenMemory);
        return AlterPartitionRequest.Read(ref reader, version);
    }
}
