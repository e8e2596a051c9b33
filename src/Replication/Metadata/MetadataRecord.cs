using Compat.Wire;

namespace Compat.Replication.Metadata;

/// <summary>A record of the metadata log: one of the generated record types and the version it is written in.</summary>
/// <param name="Message">The record, e.g. a <c>TopicRecord</c>.</param>
/// <param name="Version">Its version on the wire, 0 or higher.</param>
public readonly record struct MetadataRecord(IMetadataRecord Message, short Version);
