using System.Buffers;
using Prometheus;

namespace Compat.Server.Metrics;

/// <summary>Everything that /metrics shows of one broker: what its registry has counted and what its sources read.</summary>
internal sealed class MetricsPage
{
    /// <summary>The content type of the Prometheus text format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>What is gathered before it is handed on; a source with many partitions may exceed it by its own size.</summary>
    private const int FlushBytes = 64 * 1024;

    private readonly CollectorRegistry _registry;
    private readonly IReadOnlyList<IMetricSource> _sources;

    /// <summary>A page of a registry and sources.</summary>
    public MetricsPage(CollectorRegistry registry, IReadOnlyList<IMetricSource> sources)
    {
        _registry = registry;
        _sources = sources;
    }

    /// <summary>Writes the page.</summary>
    public async Task WriteAsync(Stream output, CancellationToken cancellation)
    {
        ArrayBufferWriter<byte> buffer = new(FlushBytes);
        MetricWriter writer = new(buffer);
        foreach (IMetricSource source in _sources)
        {
            await source.WriteAsync(writer, cancellation);
            if (writer.PendingBytes >= FlushBytes)
            {
                await FlushAsync(buffer, output, cancellation);
            }
        }

        await FlushAsync(buffer, output, cancellation);
        await _registry.CollectAndExportAsTextAsync(output, ExpositionFormat.PrometheusText, cancellation);
    }

    private static async Task FlushAsync(ArrayBufferWriter<byte> buffer, Stream output, CancellationToken cancellation)
    {
        await output.WriteAsync(buffer.WrittenMemory, cancellation);
        buffer.ResetWrittenCount();
    }
}
