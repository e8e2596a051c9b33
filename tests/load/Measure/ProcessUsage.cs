using System.Globalization;

namespace Compat.Load.Measure;

/// <summary>CPU time, memory and handles of another process, read from /proc; zero where there is none.</summary>
/// <param name="CpuSeconds">User and system time since the process started.</param>
/// <param name="ResidentBytes">Resident memory now.</param>
/// <param name="PeakResidentBytes">The most resident memory so far.</param>
internal readonly record struct ProcessUsage(double CpuSeconds, long ResidentBytes, long PeakResidentBytes)
{
    // USER_HZ is 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;
    private const int UserTimeField = 11;

    /// <summary>Reads the usage of <paramref name="processId"/>; null when it is not there or this is not Linux.</summary>
    public static ProcessUsage? Of(int? processId)
    {
        if (processId is null || !File.Exists($"/proc/{processId}/stat"))
        {
            return null;
        }

        var stat = File.ReadAllText($"/proc/{processId}/stat");
        // The command name may hold spaces; the fields after its closing bracket are plain.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[UserTimeField], CultureInfo.InvariantCulture)
            + long.Parse(fields[UserTimeField + 1], CultureInfo.InvariantCulture);
        var status = File.ReadAllLines($"/proc/{processId}/status");
        return new ProcessUsage(ticks / TicksPerSecond, Kibibytes(status, "VmRSS:"), Kibibytes(status, "VmHWM:"));
    }

    private static long Kibibytes(string[] status, string name)
    {
        var line = status.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? 0 : 1024 * long.Parse(line[name.Length..].Replace("kB", "").Trim(), CultureInfo.InvariantCulture);
    }
}
