using Compat.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Tests.Configuration;

public class LoggerLevelsTests
{
    [Fact]
    public void A_logger_has_the_level_of_its_nearest_ancestor()
    {
        LoggerLevels levels = new(LogLevel.Warning);
        Assert.True(levels.TrySet("Compat.Server", "DEBUG"));
        Assert.True(levels.IsEnabled("Compat.Server.Transport.Connection", LogLevel.Debug));
        Assert.False(levels.IsEnabled("Compat.Server.Transport.Connection", LogLevel.Trace));
        Assert.False(levels.IsEnabled("Compat.Log.PartitionLog", LogLevel.Information));
    }

    [Fact]
    public void A_change_takes_effect_on_a_logger_that_already_asked()
    {
        LoggerLevels levels = new(LogLevel.Warning);
        Assert.False(levels.IsEnabled("Compat.Log", LogLevel.Information));
        levels.TrySet("Compat.Log", "INFO");
        Assert.True(levels.IsEnabled("Compat.Log", LogLevel.Information));
        levels.Unset("Compat.Log");
        Assert.False(levels.IsEnabled("Compat.Log", LogLevel.Information));
        levels.TrySet(LoggerLevels.Root, "TRACE");
        Assert.True(levels.IsEnabled("Compat.Log", LogLevel.Trace));
    }

    [Fact]
    public void The_root_s_level_cannot_be_unset()
    {
        LoggerLevels levels = new(LogLevel.Error);
        levels.Unset(LoggerLevels.Root);
        Assert.Equal([KeyValuePair.Create("root", "ERROR")], levels.All());
    }

    [Fact]
    public void All_known_loggers_are_listed_with_their_levels()
    {
        LoggerLevels levels = new(LogLevel.Information);
        levels.Register("Compat.B");
        levels.TrySet("Compat.A", "FATAL");
        Assert.Equal(
            [KeyValuePair.Create("Compat.A", "FATAL"), KeyValuePair.Create("Compat.B", "INFO"), KeyValuePair.Create("root", "INFO")], levels.All());
        Assert.True(levels.Exists("Compat.B"));
        Assert.False(levels.Exists("Compat.C"));
    }

    [Theory]
    [InlineData("debug")]
    [InlineData("OFF")]
    [InlineData("")]
    public void Only_Kafkas_names_of_levels_are_taken(string level) => Assert.False(new LoggerLevels(LogLevel.Information).TrySet("Compat.A", level));
}
