namespace Compat.Wire.Generator.Model;

/// <summary>What sort of message a page declares.</summary>
public enum MessageKind
{
    /// <summary>A request of an API.</summary>
    Request,

    /// <summary>The response of an API.</summary>
    Response,

    /// <summary>The header of requests or responses. It is checked, and no code is emitted for it.</summary>
    Header,

    /// <summary>A record of the metadata log.</summary>
    Metadata,

    /// <summary>The key of a coordinator's record.</summary>
    RecordKey,

    /// <summary>The value of a coordinator's record.</summary>
    RecordValue,

    /// <summary>Any other data in the notation.</summary>
    Data,
}
