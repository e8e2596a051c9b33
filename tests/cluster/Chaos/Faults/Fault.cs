namespace Compat.Cluster.Tests.Chaos.Faults;

/// <summary>Something that goes wrong for a time.</summary>
/// <param name="kind">The name by which --only asks for it.</param>
/// <param name="details">What else there is to say of it.</param>
internal abstract class Fault(string kind, object? details = null)
{
    public string Kind => kind;

    /// <summary>Whether other faults may strike at the same time.</summary>
    public virtual bool MayOverlap => true;

    /// <summary>Faults heal in this order: a process can only come back to links and a disk that are good.</summary>
    public virtual int HealOrder => 0;

    public abstract Task StrikeAsync(ChaosCluster cluster);

    /// <summary>Takes it back. What has to start again has started afterwards, and need not be ready.</summary>
    public abstract Task HealAsync(ChaosCluster cluster);

    public override string ToString() => details is null ? kind : $"{kind} ({details})";
}

/// <summary>Who is struck: a node, or whoever is the active controller at that moment.</summary>
internal readonly record struct Victim(int Node)
{
    public static Victim Controller => default;

    public int In(ChaosCluster cluster) => Node == 0 ? cluster.Controller() : Node;

    public override string ToString() => Node == 0 ? "the controller" : $"node {Node}";
}
