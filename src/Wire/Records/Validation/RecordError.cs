namespace Compat.Wire.Records;

/// <summary>Why one record of a batch was refused (KIP-467).</summary>
/// <param name="BatchIndex">Which record of the batch, counted from 0.</param>
/// <param name="Message">Why.</param>
public readonly record struct RecordError(int BatchIndex, string Message);
