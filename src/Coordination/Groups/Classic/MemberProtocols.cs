using Offered = Compat.Wire.Messages.JoinGroupRequest.JoinGroupRequestProtocol;

namespace Compat.Coordination.Groups.Classic;

/// <summary>The protocols (assignment strategies) a member can work with, the one it likes best first, each with the member's metadata.</summary>
internal sealed class MemberProtocols
{
    private readonly List<(string Name, byte[] Metadata)> _protocols;

    /// <summary>One protocol, as a logged generation names it.</summary>
    public MemberProtocols(string name, ReadOnlyMemory<byte> metadata)
    {
        _protocols = [(name, metadata.ToArray())];
    }

    /// <summary>What a JoinGroup offers. The metadata is copied: the request's memory is not kept.</summary>
    public MemberProtocols(List<Offered> offered)
    {
        _protocols = new List<(string, byte[])>(offered.Count);
        foreach (Offered protocol in offered)
        {
            if (IndexOf(protocol.Name) < 0)
            {
                _protocols.Add((protocol.Name, protocol.Metadata.ToArray()));
            }
        }
    }

    /// <summary>The names, the one liked best first.</summary>
    public IEnumerable<string> Names => _protocols.Select(protocol => protocol.Name);

    /// <summary>The metadata for a protocol; empty for one that the member does not have.</summary>
    public ReadOnlyMemory<byte> Metadata(string? name)
    {
        int index = IndexOf(name);
        return index < 0 ? ReadOnlyMemory<byte>.Empty : _protocols[index].Metadata;
    }

    /// <summary>Whether the member has the protocol with just this metadata.</summary>
    public bool Has(string? name, ReadOnlySpan<byte> metadata)
    {
        int index = IndexOf(name);
        return index >= 0 && metadata.SequenceEqual(_protocols[index].Metadata);
    }

    /// <summary>Whether a JoinGroup offers the same: names, order and metadata.</summary>
    public bool Matches(List<Offered> offered)
    {
        if (offered.Count != _protocols.Count)
        {
            return false;
        }

        for (int index = 0; index < offered.Count; index++)
        {
            (string name, byte[] metadata) = _protocols[index];
            if (name != offered[index].Name || !offered[index].Metadata.Span.SequenceEqual(metadata))
            {
                return false;
            }
        }

        return true;
    }

    private int IndexOf(string? name) => _protocols.FindIndex(protocol => protocol.Name == name);
}
