namespace Compat.Log;

/// <summary>A log has damage in its middle and its owner wants no log without the records there.</summary>
public sealed class LogDamagedException : IOException
{
    /// <summary>Creates the exception with what is damaged and where.</summary>
    public LogDamagedException(string message)
        : base(message)
    {
    }
}
