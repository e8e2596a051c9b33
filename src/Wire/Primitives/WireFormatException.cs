namespace Compat.Wire;

/// <summary>Bytes that are not what the protocol says they are. The only exception that decoders throw.</summary>
public sealed class WireFormatException : Exception
{
    /// <summary>Makes the exception with a text that says what was found and where.</summary>
    public WireFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception around the failure of a library, for example of a decompressor.</summary>
    public WireFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
