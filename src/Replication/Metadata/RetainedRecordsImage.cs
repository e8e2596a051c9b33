using System.Collections.Immutable;
using Compat.Wire.Messages;

namespace Compat.Replication.Metadata;

/// <summary>
/// Records of areas that this broker does not act upon yet: access rules, credentials, quotas and delegation tokens of
/// a log that Apache Kafka wrote. They are kept whole, latest by key, so that no snapshot loses them.
/// </summary>
/// <param name="ByKey">The records that recreate the areas' state, by area and key.</param>
public sealed record RetainedRecordsImage(ImmutableSortedDictionary<string, MetadataRecord> ByKey)
{
    /// <summary>Nothing retained.</summary>
    public static RetainedRecordsImage Empty { get; } =
        new(ImmutableSortedDictionary.Create<string, MetadataRecord>(StringComparer.Ordinal));

    /// <summary>The image after a record; the same image if the record is of none of these areas.</summary>
    internal RetainedRecordsImage Apply(MetadataRecord record) => record.Message switch
    {
        AccessControlEntryRecord acl => Set($"acl:{acl.Id}", record),
        RemoveAccessControlEntryRecord acl => Remove($"acl:{acl.Id}"),
        UserScramCredentialRecord scram => Set($"scram:{scram.Mechanism}:{scram.Name}", record),
        RemoveUserScramCredentialRecord scram => Remove($"scram:{scram.Mechanism}:{scram.Name}"),
        DelegationTokenRecord token => Set($"token:{token.TokenId}", record),
        RemoveDelegationTokenRecord token => Remove($"token:{token.TokenId}"),
        ClientQuotaRecord { Remove: true } quota => Remove(KeyOf(quota)),
        ClientQuotaRecord quota => Set(KeyOf(quota), record),
        _ => this,
    };

    private static string KeyOf(ClientQuotaRecord quota) =>
        $"quota:{quota.Key}:" + string.Join('\0', quota.Entity
            .Select(entity => $"{entity.EntityType}\u0001{entity.EntityName ?? "\u0002"}")
            .Order(StringComparer.Ordinal));

    private RetainedRecordsImage Set(string key, MetadataRecord record) => new(ByKey.SetItem(key, record));

    private RetainedRecordsImage Remove(string key) => new(ByKey.Remove(key));
}
