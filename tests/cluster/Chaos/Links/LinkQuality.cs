namespace Compat.Cluster.Tests.Chaos.Links;

/// <summary>What becomes of bytes on their way from one party to another.</summary>
/// <param name="IsCut">Nothing arrives, and nobody is told.</param>
/// <param name="Delay">How long they take.</param>
/// <param name="BytesPerSecond">How many of a connection pass in a second; 0 is as many as come.</param>
internal readonly record struct LinkQuality(bool IsCut = false, TimeSpan Delay = default, int BytesPerSecond = 0)
{
    /// <summary>As the loopback interface is.</summary>
    public static LinkQuality Good => default;

    /// <summary>Nothing arrives.</summary>
    public static LinkQuality Cut => new(IsCut: true);

    public override string ToString() => IsCut ? "cut" : $"{Delay.TotalMilliseconds} ms{(BytesPerSecond > 0 ? $" and {BytesPerSecond} bytes/s" : "")}";
}
