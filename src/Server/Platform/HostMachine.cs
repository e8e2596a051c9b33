using System.Collections;
using System.Diagnostics;
using Compat.Log.Storage;
using Compat.Server.Configuration.Sources;

namespace Compat.Server.Platform;

/// <summary>
/// The machine as a broker process sees it: the one place where the real clock, randomness, environment and file system
/// are named.
/// </summary>
public static class HostMachine
{
#pragma warning disable RS0030 // This is what the banned names are replaced by.
    /// <summary>The real clock.</summary>
    public static TimeProvider Time => TimeProvider.System;

    /// <summary>The files of this machine.</summary>
    public static IStorage CreateStorage() => new FileSystemStorage();

    /// <summary>A source of randomness of one's own, seeded by the machine.</summary>
    public static Random CreateRandom() => new();

    /// <summary>The text of a file that the user names.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static string ReadText(string path) => File.ReadAllText(path);

    /// <summary>What defaults depend on.</summary>
    public static HostProfile DetectProfile(IReadOnlyDictionary<string, string> environment) => HostProfile.Detect(
        environment,
        File.Exists,
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify));

    /// <summary>A name for a temporary directory that nobody else has.</summary>
    public static string NewTemporaryDirectory() => Path.Combine(Path.GetTempPath(), $"compat-{Environment.ProcessId}-{Path.GetRandomFileName()}");

    /// <summary>Removes a directory with everything in it, if it is there.</summary>
    public static void RemoveDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    /// <summary>How long this process has existed.</summary>
    public static TimeSpan ProcessAge => TimeProvider.System.GetUtcNow() - Process.GetCurrentProcess().StartTime;
#pragma warning restore RS0030

    /// <summary>The environment variables.</summary>
    public static IReadOnlyDictionary<string, string> ReadEnvironment()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry each in Environment.GetEnvironmentVariables())
        {
            variables[(string)each.Key] = (string?)each.Value ?? "";
        }

        return variables;
    }
}
