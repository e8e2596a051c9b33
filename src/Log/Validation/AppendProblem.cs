using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Log.Validation;

/// <summary>Why batches are refused.</summary>
/// <param name="Code">The code for the client.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Records">The records at fault, when it is about single ones.</param>
internal sealed record AppendProblem(ErrorCode Code, string Message, IReadOnlyList<RecordError>? Records = null);
