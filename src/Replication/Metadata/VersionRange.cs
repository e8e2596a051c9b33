namespace Compat.Replication.Metadata;

/// <summary>An inclusive range of levels of a feature.</summary>
/// <param name="Min">Lowest supported level.</param>
/// <param name="Max">Highest supported level.</param>
public readonly record struct VersionRange(short Min, short Max)
{
    /// <summary>True if the level is in the range.</summary>
    public bool Contains(short level) => level >= Min && level <= Max;

    /// <inheritdoc/>
    public override string ToString() => Min == Max ? $"{Min}" : $"{Min}-{Max}";
}
