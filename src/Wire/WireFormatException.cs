namespace Compat.Wire;

/// <summary>
/// Bytes are not what they should be. The one exception of every decoder: whatever the bytes, nothing else is thrown.
/// </summary>
public sealed class WireFormatException : Exception
{
    /// <summary>Says what is wrong with the bytes.</summary>
    /// <param name="message">What was expected and what was found.</param>
    public WireFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong with the bytes, as found by somebody else.</summary>
    /// <param name="message">What was expected and what was found.</param>
    /// <param name="innerException">Who found it.</param>
    public WireFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
