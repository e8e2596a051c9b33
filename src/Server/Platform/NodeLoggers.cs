using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Platform;

/// <summary>The loggers of one of several brokers in a process: the same ones, with the node's id in front of each message.</summary>
internal sealed class NodeLoggers(ILoggerFactory loggers, int nodeId) : ILoggerFactory
{
    private readonly string _prefix = string.Create(CultureInfo.InvariantCulture, $"[node {nodeId}] ");

    public ILogger CreateLogger(string categoryName) => new NodeLogger(loggers.CreateLogger(categoryName), _prefix);

    public void AddProvider(ILoggerProvider provider) => loggers.AddProvider(provider);

    /// <summary>The loggers belong to all brokers.</summary>
    public void Dispose()
    {
    }

    private sealed class NodeLogger(ILogger logger, string prefix) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => logger.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            logger.Log(logLevel, eventId, state, exception, (its, failure) => prefix + formatter(its, failure));
    }
}
