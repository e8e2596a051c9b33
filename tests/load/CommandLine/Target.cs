using System.Globalization;

namespace Compat.Load.CommandLine;

/// <summary>A broker to measure.</summary>
/// <param name="Label">Its name in tables.</param>
/// <param name="BootstrapServers">Its address.</param>
/// <param name="ProcessId">Its process, when CPU and memory are wanted.</param>
internal sealed record Target(string Label, string BootstrapServers, int? ProcessId)
{
    /// <summary>Reads <c>label=host:port</c> or <c>label=host:port@pid</c>.</summary>
    public static Target Parse(string text)
    {
        var labelled = text.Split('=', 2);
        if (labelled.Length != 2)
        {
            throw new ArgumentException($"--target wants label=host:port[@pid] and got '{text}'");
        }

        var addressed = labelled[1].Split('@', 2);
        return new Target(labelled[0], addressed[0], addressed.Length == 2 ? int.Parse(addressed[1], CultureInfo.InvariantCulture) : null);
    }
}
