using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Replication.Tests.Metadata;
using Compat.Wire;
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

    /// <summary>What the active controller knows of brokers beside the log.</summary>
    public BrokerSessions Sessions { get; set; } = BrokerSessions.None;

    /// <summary>Seconds on the controller's clock.</summary>
    public double NowSeconds { get; set; }

    public ControllerTurn Turn => new(Image, Options, new TestConfigs(), _random, Image.Provenance.LastContainedOffset + 1)
    {
        Sessions = Sessions,
        Now = TimeSpan.FromSeconds(NowSeconds),
        KRaftVersion = 1,
    };

    /// <summary>Applies what was decided and returns the answer.</summary>
    public T Then<T>(Decision<T> decision)
    {
        Image = Image.Apply(decision.Records);
        Sessions = decision.Sessions?.Invoke(Image.Provenance.LastContainedOffset) ?? Sessions;
        return decision.Response;
    }

    /// <summary>Partition 0 of a topic, or another one.</summary>
    public PartitionRegistration Partition(string topic, int index = 0) => Image.Topics.Partition(new TopicPartition(topic, index))!;

    /// <summary>Brokers as a text, so that several lists can be compared at once.</summary>
    public static string Show(IEnumerable<int> brokers) => string.Join(',', brokers);

    /// <summary>Applies records of something that happened.</summary>
    public void Happened(params IEnumerable<MetadataRecord> records) => Image = Image.Apply(records);

    public CreateTopicsResponse When(CreateTopicsRequest request) => Then(CreateTopics.Decide(Turn, request));

    public CreateTopicsResponse.CreatableTopicResult Create(CreateTopicsRequest.CreatableTopic topic) =>
        Assert.Single(When(new CreateTopicsRequest { Topics = [topic] }).Topics);

    public CreateTopicsResponse.CreatableTopicResult Create(string name, int partitions = 1, short replicationFactor = 1) =>
        Create(new CreateTopicsRequest.CreatableTopic { Name = name, NumPartitions = partitions, ReplicationFactor = replicationFactor });
}
