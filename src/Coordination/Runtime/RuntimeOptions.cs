using Compat.Wire.Records;

namespace Compat.Coordination.Runtime;

/// <summary>What a coordinator's runtime is told by the configuration.</summary>
/// <param name="Name">What log messages call the coordinator.</param>
/// <param name="CommitTimeoutMs">Milliseconds an answer waits for its records to be committed (offsets.commit.timeout.ms).</param>
/// <param name="Compression">How batches are compressed (offsets.topic.compression.codec).</param>
internal sealed record RuntimeOptions(string Name, int CommitTimeoutMs, CompressionType Compression);
