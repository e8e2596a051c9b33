using Microsoft.Extensions.Logging;

namespace Compat.Coordination.Groups.Classic;

/// <summary>What a classic group tells of itself.</summary>
internal static partial class ClassicGroupLog
{
    [LoggerMessage(LogLevel.Debug, "Group {Group}: rebalance after generation {Generation}: {Cause} {Member} ({ClientReason}).")]
    public static partial void Rebalancing(ILogger logger, string group, int generation, RebalanceCause cause, string member, string clientReason);

    [LoggerMessage(LogLevel.Debug, "Group {Group}: generation {Generation} of {Protocol} begins with {Members} members, led by {Leader}.")]
    public static partial void GenerationBegun(ILogger logger, string group, int generation, string? protocol, int members, string? leader);

    [LoggerMessage(LogLevel.Debug, "Group {Group}: generation {Generation} is empty.")]
    public static partial void BecameEmpty(ILogger logger, string group, int generation);

    [LoggerMessage(LogLevel.Debug, "Group {Group}: {Member} is out, it has not joined generation {Generation} in time.")]
    public static partial void MemberLate(ILogger logger, string group, string member, int generation);

    [LoggerMessage(LogLevel.Warning, "Group {Group}: the topics that {Member} wants cannot be read; offsets of the group's live topics are not told from others.")]
    public static partial void SubscriptionUnreadable(ILogger logger, string group, string member);
}
