namespace Compat.Log.Configuration;

/// <summary>What a setting does here: all of it, nothing, or nothing but its default.</summary>
public sealed record ConfigEffect
{
    /// <summary>The setting does what its documentation says.</summary>
    public static readonly ConfigEffect Implemented = new(string.Empty, false);

    private ConfigEffect(string reason, bool isOnlyDefault)
    {
        Reason = reason;
        IsOnlyDefault = isOnlyDefault;
    }

    /// <summary>Why the setting does not do what its documentation says; empty when it does.</summary>
    public string Reason { get; }

    /// <summary>True when the setting does what its documentation says.</summary>
    public bool IsImplemented => Reason.Length == 0;

    /// <summary>True when any value but the default is refused at start, because ignoring it would be a lie: an authorizer, for example.</summary>
    public bool IsOnlyDefault { get; }

    /// <summary>A setting that is validated, stored and described, but changes nothing.</summary>
    /// <param name="reason">One clause that completes "has no effect: ".</param>
    public static ConfigEffect AcceptedWithoutEffect(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return new ConfigEffect(reason, false);
    }

    /// <summary>A setting that can only have its default.</summary>
    /// <param name="reason">One clause that completes "is refused: ".</param>
    public static ConfigEffect OnlyDefault(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return new ConfigEffect(reason, true);
    }
}
