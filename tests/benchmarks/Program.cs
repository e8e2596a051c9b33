using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using Compat.Benchmarks.Tests;
using Xunit.Runner.InProc.SystemConsole;

return args switch
{
    ["time", .. string[] rest] => Time(rest),
    _ => await ConsoleRunner.Run(args),
};

// In this process: a generated one would be built by the rules of this repository, which it does not keep.
static int Time(string[] arguments)
{
    var config = DefaultConfig.Instance.WithArtifactsPath("artifacts/benchmarks");
    return BenchmarkSwitcher.FromAssembly(typeof(AllocationTests).Assembly).Run([.. arguments, "--inProcess"], config).Any(summary => summary.HasCriticalValidationErrors) ? 1 : 0;
}
