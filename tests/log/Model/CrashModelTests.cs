using System.Globalization;

namespace Compat.Log.Tests.Model;

/// <summary>
/// Thousands of seeds of <see cref="CrashRun"/>. <c>COMPAT_MODEL_SECONDS</c> is how long each test goes on (3 where it is
/// not set), <c>COMPAT_MODEL_SEED</c> a single seed to be run again.
/// </summary>
public class CrashModelTests
{
    private const string SecondsVariable = "COMPAT_MODEL_SECONDS";
    private const string SeedVariable = "COMPAT_MODEL_SEED";
    private const int SeedsUntilMutantIsFound = 2000;

    [Theory]
    [InlineData(Ending.Kill)]
    [InlineData(Ending.PowerLoss)]
    internal void Whatever_is_left_after_an_end_at_any_change_is_what_the_model_allows(Ending ending)
    {
        foreach (int seed in Seeds())
        {
            if (Failure(seed, ending, LogMutant.None) is { } failure)
            {
                Assert.Fail($"Seed {seed} fails. Again: {SeedVariable}={seed} dotnet test -c Release tests/log --filter FullyQualifiedName~{nameof(CrashModelTests)}\n{failure}");
            }
        }
    }

    [Theory]
    [InlineData(Ending.PowerLoss, LogMutant.LyingFlush)]
    [InlineData(Ending.Kill, LogMutant.RecoveryKeepsTooMuch)]
    [InlineData(Ending.Kill, LogMutant.AnswerBeforeWrite)]
    internal void The_model_finds_a_mutant(Ending ending, LogMutant mutant) =>
        Assert.Contains(Enumerable.Range(1, SeedsUntilMutantIsFound), seed => Failure(seed, ending, mutant) is not null);

    private static IEnumerable<int> Seeds()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), CultureInfo.InvariantCulture, out int only))
        {
            yield return only;
            yield break;
        }

        double seconds = double.TryParse(Environment.GetEnvironmentVariable(SecondsVariable), CultureInfo.InvariantCulture, out double asked) ? asked : 3;
        long start = TimeProvider.System.GetTimestamp();
        for (int seed = 1; TimeProvider.System.GetElapsedTime(start).TotalSeconds < seconds; seed++)
        {
            yield return seed;
        }
    }

    private static string? Failure(int seed, Ending ending, LogMutant mutant)
    {
        CrashRun run = new(seed, ending, mutant);
        try
        {
            run.Run();
            return null;
        }
        catch (Exception failure)
        {
            return $"{run.Trace}\n{failure}";
        }
    }
}
