using System.Diagnostics;

namespace Compat.Server.Metrics;

/// <summary>What dashboards want to know of a process under names that prometheus-net does not use.</summary>
internal sealed class ProcessMetricSource : IMetricSource
{
    /// <inheritdoc/>
    public ValueTask WriteAsync(MetricWriter writer, CancellationToken cancellation)
    {
        using Process self = Process.GetCurrentProcess();
        writer.Gauge("process_resident_memory_bytes", "Resident memory of the process in bytes.").Sample(Environment.WorkingSet);
        writer.Gauge("process_open_fds", "Open file descriptors of the process.").Sample(self.HandleCount);
        return ValueTask.CompletedTask;
    }
}
