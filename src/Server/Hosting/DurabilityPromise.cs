using System.Globalization;
using Compat.Log.Configuration;

namespace Compat.Server.Hosting;

/// <summary>What an acknowledgement promises, in words, as the start-up line and the health page say it.</summary>
internal static class DurabilityPromise
{
    /// <summary>The promise for topics that set neither <c>flush.messages</c> nor <c>flush.ms</c> themselves.</summary>
    public static string Of(LogConfig topicDefaults)
    {
        long messages = topicDefaults.FlushMessages;
        long ms = topicDefaults.FlushMs;
        string power = messages == 1
            ? "and a loss of power (flush.messages=1)"
            : messages == long.MaxValue && ms == long.MaxValue
                ? "but a loss of power only as far as the operating system has written it (no flush.messages, flush.ms)"
                : $"but a loss of power only once flushed ({Settings(messages, ms)})";
        return $"an acknowledged record outlives the process, {power}";
    }

    private static string Settings(long messages, long ms) => string.Join(", ", new[]
    {
        messages == long.MaxValue ? null : string.Create(CultureInfo.InvariantCulture, $"flush.messages={messages}"),
        ms == long.MaxValue ? null : string.Create(CultureInfo.InvariantCulture, $"flush.ms={ms}"),
    }.OfType<string>());
}
