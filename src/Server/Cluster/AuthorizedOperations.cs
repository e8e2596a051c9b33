namespace Compat.Server.Cluster;

/// <summary>
/// The operations that a client may do to a kind of resource, as bits by the number of the operation (KIP-430). Without an
/// authorizer everybody may do everything that the resource has.
/// </summary>
internal static class AuthorizedOperations
{
    private const int Read = 1 << 3;
    private const int Write = 1 << 4;
    private const int Create = 1 << 5;
    private const int Delete = 1 << 6;
    private const int Alter = 1 << 7;
    private const int Describe = 1 << 8;
    private const int ClusterAction = 1 << 9;
    private const int DescribeConfigs = 1 << 10;
    private const int AlterConfigs = 1 << 11;
    private const int IdempotentWrite = 1 << 12;

    /// <summary>What an answer says if it was not asked.</summary>
    public const int NotAsked = int.MinValue;

    /// <summary>Of a topic.</summary>
    public const int Topic = Read | Write | Create | Delete | Alter | Describe | DescribeConfigs | AlterConfigs;

    /// <summary>Of a group.</summary>
    public const int Group = Read | Delete | Describe | DescribeConfigs | AlterConfigs;

    /// <summary>Of the cluster.</summary>
    public const int Cluster = Create | Alter | Describe | ClusterAction | DescribeConfigs | AlterConfigs | IdempotentWrite;
}
