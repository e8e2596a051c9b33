using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Configuration;

/// <summary>
/// The levels of a broker's loggers, changed by IncrementalAlterConfigs on BROKER_LOGGER (KIP-412) and forgotten when the
/// broker stops. A logger without a level of its own has that of its nearest named ancestor, in the end of <c>root</c>.
/// </summary>
public sealed class LoggerLevels
{
    /// <summary>The name of the logger that all others descend from.</summary>
    public const string Root = "root";

    private readonly ConcurrentDictionary<string, LogLevel> _levels = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _categories = new(StringComparer.Ordinal);

    // Every message asks, so the answers are kept; a change of any level puts an empty dictionary in place.
    private volatile ConcurrentDictionary<string, LogLevel> _inForce = new(StringComparer.Ordinal);

    /// <summary>Levels of which only the root's is set.</summary>
    public LoggerLevels(LogLevel root)
    {
        _levels[Root] = root;
    }

    /// <summary>The names of levels that Kafka's clients may set.</summary>
    public static IReadOnlyList<string> Names { get; } = ["DEBUG", "ERROR", "FATAL", "INFO", "TRACE", "WARN"];

    /// <summary>True when a message of that level passes; a category that asks is known from then on.</summary>
    public bool IsEnabled(string category, LogLevel level)
    {
        ConcurrentDictionary<string, LogLevel> inForce = _inForce;
        if (!inForce.TryGetValue(category, out LogLevel least))
        {
            Register(category);
            least = LevelOf(category);
            inForce[category] = least;
        }

        return level >= least;
    }

    /// <summary>Makes a category known before it has anything to say.</summary>
    public void Register(string category) => _categories.TryAdd(category, 0);

    /// <summary>True when there is a logger of that name.</summary>
    public bool Exists(string name) => name == Root || _categories.ContainsKey(name) || _levels.ContainsKey(name);

    /// <summary>The level in force for every logger, ordered by name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> All() =>
    [
        .. _categories.Keys.Concat(_levels.Keys).Distinct().Order(StringComparer.Ordinal)
            .Select(name => KeyValuePair.Create(name, NameOf(LevelOf(name)))),
    ];

    /// <summary>Sets a logger's level by Kafka's name; false when there is no such level.</summary>
    public bool TrySet(string name, string level)
    {
        if (!TryParse(level, out LogLevel parsed))
        {
            return false;
        }

        _levels[name] = parsed;
        _inForce = new ConcurrentDictionary<string, LogLevel>(StringComparer.Ordinal);
        return true;
    }

    /// <summary>Lets a logger have its ancestor's level again.</summary>
    public void Unset(string name)
    {
        if (name != Root)
        {
            _levels.TryRemove(name, out _);
            _inForce = new ConcurrentDictionary<string, LogLevel>(StringComparer.Ordinal);
        }
    }

    /// <summary>Reads Kafka's name of a level.</summary>
    internal static bool TryParse(string level, out LogLevel parsed)
    {
        LogLevel? known = level switch
        {
            "TRACE" => LogLevel.Trace,
            "DEBUG" => LogLevel.Debug,
            "INFO" => LogLevel.Information,
            "WARN" => LogLevel.Warning,
            "ERROR" => LogLevel.Error,
            "FATAL" => LogLevel.Critical,
            _ => null,
        };
        parsed = known ?? LogLevel.None;
        return known is not null;
    }

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "TRACE",
        LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO",
        LogLevel.Warning => "WARN",
        LogLevel.Error => "ERROR",
        LogLevel.Critical => "FATAL",
        _ => "OFF",
    };

    private LogLevel LevelOf(string name)
    {
        LogLevel level;
        while (!_levels.TryGetValue(name, out level))
        {
            int point = name.LastIndexOf('.');
            name = point < 0 ? Root : name[..point];
        }

        return level;
    }
}
