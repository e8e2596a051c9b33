namespace Compat.Server.Hosting;

/// <summary>Why a broker cannot start, as one line for the user: a port in use, a data directory that is taken, ...</summary>
public sealed class BrokerStartException : Exception
{
    /// <summary>Makes the exception with the line for the user.</summary>
    public BrokerStartException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
