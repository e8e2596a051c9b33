namespace Compat.Replication.Brokers;

/// <summary>A broker cannot become part of its cluster. The message is one line for the user.</summary>
public sealed class BrokerRegistrationException : Exception
{
    /// <summary>Says why.</summary>
    public BrokerRegistrationException(string message)
        : base(message)
    {
    }

    /// <summary>Says why, and how it was noticed.</summary>
    public BrokerRegistrationException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
