using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Replication.Tests.Metadata;
using Compat.Wire.Messages;

namespace Compat.Replication.Tests.Controller;

/// <summary>A state that decisions are made upon: given records, when a request, then records and an answer.</summary>
internal sealed class Given
{
    private readonly Random _random = new(7);

    public Given(params IEnumerable<MetadataRecord> records)
    {
        Image = MetadataImage.Empty.Apply([Records.Feature("metadata.version", 33), .. records]);
    }

    /// <summary>One broker with the id 1.</summary>
    public static Given OneBroker(params IEnumerable<MetadataRecord> records) => new([Records.Broker(1), .. records]);

    public MetadataImage Image { get; private set; }

    public ControllerOptions Options { get; init; } = new() { NodeId = 1, ClusterId = "cluster" };

    public ControllerTurn Turn => new(Image, Options, new TestConfigs(), _random, Image.Provenance.LastContainedOffset + 1);

    /// <summary>Applies what was decided and returns the answer.</summary>
    public T Then<T>(Decision<T> decision)
    {
        Image = Image.Apply(decision.Records);
        return decision.Response;
    }

    public CreateTopicsResponse When(CreateTopicsRequest request) => Then(CreateTopics.Decide(Turn, request));

    public CreateTopicsResponse.CreatableTopicResult Create(CreateTopicsRequest.CreatableTopic topic) =>
        Assert.Single(When(new CreateTopicsRequest { Topics = [topic] }).Topics);

    public CreateTopicsResponse.CreatableTopicResult Create(string name, int partitions = 1, short replicationFactor = 1) =>
        Create(new CreateTopicsRequest.CreatableTopic { Name = name, NumPartitions = partitions, ReplicationFactor = replicationFactor });
}
