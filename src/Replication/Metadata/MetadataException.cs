namespace Compat.Replication.Metadata;

/// <summary>The metadata log contradicts itself. Nothing may be served from it; the process ends.</summary>
public sealed class MetadataException : Exception
{
    /// <summary>Says what contradicts what.</summary>
    public MetadataException(string message)
        : base(message)
    {
    }

    /// <summary>Says what contradicts what, and how it was noticed.</summary>
    public MetadataException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
