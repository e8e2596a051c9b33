using Compat.Simulation.Time;
using Microsoft.Extensions.Logging;

namespace Compat.Simulation;

/// <summary>What happened in a run, in virtual time; the end of it is kept for whoever looks for the cause of a failure.</summary>
internal sealed class Story(Timeline timeline, TextWriter? live)
{
    private const int Kept = 2_000;

    private readonly Queue<string> _lines = new();

    public IEnumerable<string> Lines => _lines;

    public void Tell(string who, string what)
    {
        string line = $"{timeline.Elapsed.TotalSeconds,10:F4} {who,-10} {what}";
        live?.WriteLine(line);
        _lines.Enqueue(line);
        if (_lines.Count > Kept)
        {
            _lines.Dequeue();
        }
    }
}

/// <summary>What a broker logs becomes part of the story.</summary>
internal sealed class StoryLoggers(Story story, string node) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new StoryLogger(story, node, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private sealed class StoryLogger(Story story, string node, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                story.Tell(node, $"{category}: {formatter(state, exception)}{(exception is null ? "" : $" {exception}")}");
            }
        }
    }
}
