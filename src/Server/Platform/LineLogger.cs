using System.Globalization;
using System.Text;
using Compat.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Platform;

/// <summary>
/// Writes one line an event, as time, level, message and exception. It is all that a broker's log needs, and it starts
/// in no time; what wants more can be put beside it.
/// </summary>
internal sealed class LineLoggerProvider : ILoggerProvider
{
    private readonly TextWriter _output;
    private readonly TimeProvider _time;
    private readonly LoggerLevels _levels;
    private readonly Lock _lock = new();

    /// <summary>Writes what <paramref name="levels"/> lets pass, also after they changed.</summary>
    public LineLoggerProvider(TextWriter output, TimeProvider time, LoggerLevels levels)
    {
        _output = output;
        _time = time;
        _levels = levels;
    }

    public ILogger CreateLogger(string categoryName)
    {
        _levels.Register(categoryName);
        return new LineLogger(this, categoryName);
    }

    public void Dispose() => _output.Flush();

    private void Write(LogLevel level, string message, Exception? exception)
    {
        string time = _time.GetLocalNow().ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var line = new StringBuilder().Append(time).Append(' ').Append(NameOf(level)).Append(' ').Append(message);
        if (exception is not null)
        {
            line.AppendLine().Append(exception);
        }

        lock (_lock)
        {
            _output.WriteLine(line);
            _output.Flush();
        }
    }

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Critical => "FATAL",
        LogLevel.Error => "ERROR",
        LogLevel.Warning => "WARN ",
        LogLevel.Information => "INFO ",
        LogLevel.Debug => "DEBUG",
        _ => "TRACE",
    };

    private sealed class LineLogger : ILogger
    {
        private readonly LineLoggerProvider _provider;
        private readonly string _category;

        public LineLogger(LineLoggerProvider provider, string category)
        {
            _provider = provider;
            _category = category;
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && _provider._levels.IsEnabled(_category, logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                _provider.Write(logLevel, formatter(state, exception), exception);
            }
        }
    }
}
