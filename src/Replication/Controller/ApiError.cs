using Compat.Wire;

namespace Compat.Replication.Controller;

/// <summary>An error of the protocol with the text that goes with it.</summary>
/// <param name="Code">The error, or none.</param>
/// <param name="Message">The text, null if there is none or if there is no error.</param>
public readonly record struct ApiError(ErrorCode Code, string? Message)
{
    /// <summary>An error with its own general text.</summary>
    public ApiError(ErrorCode code)
        : this(code, code == ErrorCode.None ? null : ErrorCodes.Message(code))
    {
    }

    /// <summary>No error.</summary>
    public static ApiError None => default;

    /// <summary>True if it is an error.</summary>
    public bool IsError => Code != ErrorCode.None;
}
