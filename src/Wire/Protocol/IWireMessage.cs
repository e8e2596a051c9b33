namespace Compat.Wire;

/// <summary>A message of the protocol, or a record in its notation.</summary>
public interface IWireMessage
{
    /// <summary>Writes the message in a version.</summary>
    /// <exception cref="InvalidOperationException">The version is none of the message's, or it cannot carry a field that is set.</exception>
    void Write(ref WireWriter writer, short version);
}

/// <summary>A message whose class is known.</summary>
public interface IWireMessage<TSelf> : IWireMessage
    where TSelf : IWireMessage<TSelf>
{
    /// <summary>The first version of the message.</summary>
    static abstract short LowestVersion { get; }

    /// <summary>The last version of the message.</summary>
    static abstract short HighestVersion { get; }

    /// <summary>Reads the message in a version.</summary>
    /// <exception cref="WireFormatException">The version is none of the message's, or the bytes are not a message.</exception>
    static abstract TSelf Read(ref WireReader reader, short version);
}

/// <summary>The request of an API.</summary>
public interface IRequest : IWireMessage
{
    /// <summary>The API's key.</summary>
    static abstract ApiKey Key { get; }
}

/// <summary>The request of an API whose response is known. It has no static members, so it can be a type argument.</summary>
public interface IRequest<TResponse> : IWireMessage
    where TResponse : IWireMessage<TResponse>
{
    /// <summary>The API's key.</summary>
    ApiKey RequestKey { get; }
}

/// <summary>The response of an API.</summary>
public interface IResponse : IWireMessage
{
    /// <summary>The API's key.</summary>
    static abstract ApiKey Key { get; }
}

/// <summary>A record of the metadata log.</summary>
public interface IMetadataRecord : IWireMessage
{
    /// <summary>The number that tells this record from the others.</summary>
    short Type { get; }
}
