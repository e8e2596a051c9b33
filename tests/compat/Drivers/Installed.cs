using System.Collections.Concurrent;

namespace Compat.Clients.Tests.Drivers;

/// <summary>
/// Finds out once a run whether a client is installed, by starting its driver. Where COMPAT_REQUIRE_CLIENTS is 1, as in
/// continuous integration, a missing client fails the test; elsewhere it skips it.
/// </summary>
internal static class Installed
{
    /// <summary>Nobody listens there; a driver connects only when it is told to do something.</summary>
    private const string Nowhere = "127.0.0.1:1";

    private static readonly ConcurrentDictionary<string, Lazy<Task<((string File, string[] Arguments)? Command, string Problem)>>> Found = [];

    private static bool AreRequired => Environment.GetEnvironmentVariable("COMPAT_REQUIRE_CLIENTS") == "1";

    public static async Task<(string File, string[] Arguments)?> RequireAsync(ClientKind kind)
    {
        ((string File, string[] Arguments)? command, string problem) = await Found.GetOrAdd(kind.Name, _ => new(() => FindAsync(kind))).Value;
        if (command is null)
        {
            Assert.False(AreRequired, $"{kind} is required: {problem}");
            Assert.Skip($"{kind} is not installed: {problem}");
        }

        return command;
    }

    private static async Task<((string File, string[] Arguments)? Command, string Problem)> FindAsync(ClientKind kind)
    {
        if (await kind.CommandAsync() is not { } command)
        {
            return (null, "its driver cannot be built");
        }

        try
        {
            await using ClientProcess client = await ClientProcess.StartAsync(kind, command, Nowhere);
            return (command, "");
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return (null, exception.Message);
        }
    }
}
