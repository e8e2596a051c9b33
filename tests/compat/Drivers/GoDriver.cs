using Compat.Clients.Tests.Support;

namespace Compat.Clients.Tests.Drivers;

/// <summary>The Go driver is compiled once a run, with the libraries that the distribution installs as source.</summary>
internal static class GoDriver
{
    private static readonly Lazy<Task<(string File, string[] Arguments)?>> Built = new(BuildAsync);

    public static Task<(string File, string[] Arguments)?> CommandAsync() => Built.Value;

    private static async Task<(string File, string[] Arguments)?> BuildAsync()
    {
        string binary = Path.Combine(Paths.Output, "compat-go-client");
        Dictionary<string, string> environment = new() { ["GO111MODULE"] = "off", ["GOPATH"] = "/usr/share/gocode", ["GOFLAGS"] = "" };
        (int ExitCode, string Output, string Error)? done =
            await ChildProcess.RunAsync("go", ["build", "-o", binary, .. Directory.GetFiles(Path.Combine(Paths.Drivers, "go"), "*.go")], environment);
        return done is { ExitCode: 0 } ? (binary, []) : null;
    }
}
