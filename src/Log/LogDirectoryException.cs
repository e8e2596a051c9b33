namespace Compat.Log;

/// <summary>
/// A log directory cannot be used, for a reason that an administrator has to do something about: another broker holds it,
/// or it belongs to another cluster. The message says which directory and what.
/// </summary>
public sealed class LogDirectoryException : Exception
{
    /// <summary>Creates the exception.</summary>
    public LogDirectoryException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
