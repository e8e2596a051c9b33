namespace Compat.Log.Configuration;

/// <summary>Whose clock dates the records of a topic (<c>message.timestamp.type</c>).</summary>
public enum MessageTimestampType
{
    /// <summary>The producer's.</summary>
    CreateTime,

    /// <summary>The broker's, at the moment of the append.</summary>
    LogAppendTime,
}
