namespace Compat.Log;

/// <summary>Where an append comes from, which decides what is checked and who assigned the offsets.</summary>
public enum AppendOrigin
{
    /// <summary>A producer: everything is checked.</summary>
    Client,

    /// <summary>A coordinator of this broker: control records are allowed, sequence numbers are not looked at.</summary>
    Coordinator,

    /// <summary>The leader's log: it has checked and numbered everything already.</summary>
    Replication,

    /// <summary>The leader of a metadata quorum: it has numbered its batches itself and set its epoch in them.</summary>
    RaftLeader,
}
