using Compat.Wire;

namespace Compat.Server.Configuration.Resources;

/// <summary>Why a change of settings is refused.</summary>
/// <param name="Code">INVALID_CONFIG for a bad value, INVALID_REQUEST for a request that makes no sense.</param>
/// <param name="Message">One line for the user.</param>
internal readonly record struct ConfigProblem(ErrorCode Code, string Message)
{
    /// <summary>A value the setting cannot have, or a setting that does not exist.</summary>
    public static ConfigProblem Config(string message) => new(ErrorCode.InvalidConfig, message);

    /// <summary>A request that makes no sense.</summary>
    public static ConfigProblem Request(string message) => new(ErrorCode.InvalidRequest, message);
}
