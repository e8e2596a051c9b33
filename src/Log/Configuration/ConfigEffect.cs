namespace Compat.Log.Configuration;

/// <summary>Whether a setting changes what this broker does, and if not, why it is accepted all the same.</summary>
public sealed record ConfigEffect
{
    /// <summary>The setting does what its documentation says.</summary>
    public static readonly ConfigEffect Implemented = new(string.Empty);

    private ConfigEffect(string reason)
    {
        Reason = reason;
    }

    /// <summary>Why the setting has no effect; empty when it has one.</summary>
    public string Reason { get; }

    /// <summary>True when the setting does what its documentation says.</summary>
    public bool IsImplemented => Reason.Length == 0;

    /// <summary>A setting that is validated, stored and described, but changes nothing.</summary>
    /// <param name="reason">One clause that completes "has no effect: ".</param>
    public static ConfigEffect AcceptedWithoutEffect(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return new ConfigEffect(reason);
    }
}
