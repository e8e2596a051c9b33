using System.Buffers;

namespace Compat.Replication.Metadata;

/// <summary>The rules for names of topics, as Kafka has them.</summary>
public static class TopicName
{
    /// <summary>Longest name, in characters; the directory name of a partition has to fit a file name.</summary>
    public const int MaxLength = 249;

    /// <summary>The topic that committed offsets and group membership are kept in.</summary>
    public const string ConsumerOffsets = "__consumer_offsets";

    /// <summary>The topic that transaction coordinators keep their state in.</summary>
    public const string TransactionState = "__transaction_state";

    /// <summary>The topic that share-group progress is kept in.</summary>
    public const string ShareGroupState = "__share_group_state";

    /// <summary>The log of the cluster's metadata; never a topic for clients.</summary>
    public const string ClusterMetadata = "__cluster_metadata";

    private static readonly SearchValues<char> LegalCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    /// <summary>
    /// The reason why a name is refused, as the text that goes to the client with INVALID_TOPIC_EXCEPTION, or null if
    /// the name is good: 1 to <see cref="MaxLength"/> characters of <c>[a-zA-Z0-9._-]</c>, not <c>.</c> and not <c>..</c>.
    /// </summary>
    public static string? ReasonInvalid(string name)
    {
        if (name.Length == 0)
        {
            return "Topic name is invalid: the empty string is not allowed";
        }
        if (name is "." or "..")
        {
            return $"Topic name is invalid: '{name}' is not allowed";
        }
        if (name.Length > MaxLength)
        {
            return $"Topic name is invalid: the length of '{name}' is longer than the max allowed length {MaxLength}";
        }
        return name.AsSpan().ContainsAnyExcept(LegalCharacters)
            ? $"Topic name is invalid: '{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
            : null;
    }

    /// <summary>True if a topic may have this name.</summary>
    public static bool IsValid(string name) => ReasonInvalid(name) is null;

    /// <summary>True for the topics that coordinators own; clients see them marked as internal.</summary>
    public static bool IsInternal(string name) => name is ConsumerOffsets or TransactionState or ShareGroupState;

    /// <summary>True if the name has a character that metric names cannot tell from another one.</summary>
    public static bool HasCollisionCharacters(string name) => name.AsSpan().ContainsAny('.', '_');

    /// <summary>The name with dots as underscores; two topics may not share it.</summary>
    public static string UnifyCollisionCharacters(string name) => name.Replace('.', '_');
}
