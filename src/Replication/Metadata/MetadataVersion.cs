namespace Compat.Replication.Metadata;

/// <summary>
/// A level of the feature <c>metadata.version</c>: which records and record versions the metadata log may contain.
/// </summary>
/// <param name="Level">The level, 7 (Kafka 3.3) to 33 (Kafka 4.4) in this broker.</param>
public readonly record struct MetadataVersion(short Level) : IComparable<MetadataVersion>
{
    /// <summary>The name of the feature.</summary>
    public const string FeatureName = "metadata.version";

    /// <summary>Lowest level that this broker can read and write.</summary>
    public const short MinLevel = 7;

    /// <summary>Highest level that this broker can read and write; what a new cluster starts with.</summary>
    public const short MaxLevel = 33;

    private const short IsrShrinksWithoutNewEpochLevel = 12;
    private const short TransactionsLevel = 13;
    private const short ControllerRegistrationLevel = 15;
    private const short DirectoriesLevel = 17;
    private const short EligibleLeaderReplicasLevel = 23;
    private const short CordonedDirectoriesLevel = 30;
    private const short ControllerUnregistrationLevel = 33;

    /// <summary>Levels at which the contents of the log changed, so that going below them might lose something.</summary>
    private static readonly short[] ChangingLevels = [7, 8, 11, 13, 14, 15, 17, 23, 30, 32, 33];

    /// <summary>The newest level.</summary>
    public static MetadataVersion Latest => new(MaxLevel);

    /// <summary>True if several batches may form one transaction (KIP-868).</summary>
    public bool HasTransactions => Level >= TransactionsLevel;

    /// <summary>True if a smaller ISR needs a new leader epoch, as brokers before 3.6 do (KAFKA-15021).</summary>
    public bool RaisesLeaderEpochWhenIsrShrinks => Level < IsrShrinksWithoutNewEpochLevel;

    /// <summary>True if controllers are registered (KIP-919).</summary>
    public bool HasControllerRegistration => Level >= ControllerRegistrationLevel;

    /// <summary>True if the registration of a controller can be taken away.</summary>
    public bool HasControllerUnregistration => Level >= ControllerUnregistrationLevel;

    /// <summary>True if eligible leader replicas can be kept (KIP-966).</summary>
    public bool HasEligibleLeaderReplicas => Level >= EligibleLeaderReplicasLevel;

    /// <summary>True if log directories can be closed to new replicas (KIP-1066).</summary>
    public bool HasCordonedDirectories => Level >= CordonedDirectoriesLevel;

    /// <summary>True if replicas are assigned to log directories (KIP-858).</summary>
    public bool HasDirectories => Level >= DirectoriesLevel;

    /// <summary>Version of PartitionRecord to write.</summary>
    public short PartitionRecordVersion =>
        (short)(Level >= EligibleLeaderReplicasLevel ? 2 : Level >= DirectoriesLevel ? 1 : 0);

    /// <summary>Version of PartitionChangeRecord to write.</summary>
    public short PartitionChangeRecordVersion => PartitionRecordVersion;

    /// <summary>Version of RegisterBrokerRecord to write.</summary>
    public short RegisterBrokerRecordVersion =>
        (short)(Level >= CordonedDirectoriesLevel ? 4 : Level >= DirectoriesLevel ? 3 : Level >= 8 ? 2 : 1);

    /// <summary>Version of BrokerRegistrationChangeRecord to write.</summary>
    public short BrokerRegistrationChangeRecordVersion =>
        (short)(Level >= CordonedDirectoriesLevel ? 3 : Level >= DirectoriesLevel ? 2 : 1);

    /// <summary>True if a change between the two levels changes what records may be in the log.</summary>
    public static bool HasMetadataChanged(MetadataVersion one, MetadataVersion other)
    {
        short low = Math.Min(one.Level, other.Level);
        short high = Math.Max(one.Level, other.Level);
        return ChangingLevels.Any(level => level > low && level <= high);
    }

    /// <inheritdoc/>
    public int CompareTo(MetadataVersion other) => Level.CompareTo(other.Level);
}
