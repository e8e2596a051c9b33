using System.Net;
using Compat.Server.Health;
using Compat.Server.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Server.Tests.Monitoring;

public class HealthTests
{
    [Fact]
    public async Task A_report_is_healthy_when_every_check_passes()
    {
        HealthReport report = await ReportAsync(new Check("a", null), new Check("b", null));
        Assert.True(report.IsHealthy);
        Assert.Equal("ok   a\nok   b\n", report.ToString());
    }

    [Fact]
    public async Task A_report_says_which_check_fails_and_why()
    {
        HealthReport report = await ReportAsync(new Check("a", null), new Check("b", "it is broken"));
        Assert.False(report.IsHealthy);
        Assert.Equal("ok   a\nFAIL b: it is broken\n", report.ToString());
    }

    [Fact]
    public async Task A_check_that_does_not_answer_fails()
    {
        FakeTimeProvider time = new();
        Task<HealthReport> report = HealthReport.MakeAsync([new HangingCheck()], TimeSpan.FromSeconds(5), time, CancellationToken.None);
        Assert.False(report.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("FAIL hangs: no answer within 5 s\n", (await report).ToString());
    }

    [Fact]
    public async Task A_broker_that_serves_is_ready_and_alive()
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync();
        (HttpStatusCode status, string text) = await broker.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith("ok   metadata\nok   log directories\nok   listeners\nok   groups\n", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await broker.GetAsync("/health/live")).Status);
    }

    [Theory]
    [InlineData("log.flush.interval.messages=1", "an acknowledged record outlives the process, and a loss of power (flush.messages=1)")]
    [InlineData("log.flush.interval.ms=1000", "but a loss of power only once flushed (flush.ms=1000)")]
    [InlineData("log.retention.hours=1", "only as far as the operating system has written it")]
    public async Task The_page_and_the_start_line_say_what_an_acknowledgement_promises(string setting, string promise)
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync(setting);

        Assert.Contains(promise, (await broker.GetAsync("/health/ready")).Text, StringComparison.Ordinal);
        Assert.Contains(promise, StartLine.Describe(broker.Broker, TimeSpan.Zero), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_cannot_write_is_alive_and_not_ready()
    {
        LogDirectoriesCheck check = new(() => [("/data", null)], new ReadOnlyStorage());
        Assert.Equal("/data: read-only file system", await check.CheckAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_directory_that_failed_is_told_with_its_failure()
    {
        LogDirectoriesCheck check = new(() => [("/data", new IOException("input/output error"))], new ReadOnlyStorage());
        Assert.Equal("/data: input/output error", await check.CheckAsync(CancellationToken.None));
    }

    [Fact]
    public async Task The_health_command_asks_the_page_or_the_listener()
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync();
        string page = $"metrics.port={broker.Broker.MetricsPort}";
        string listener = $"listeners={broker.Broker.Listeners[0]}";
        Assert.Equal((true, "ready"), await CommandAsync(page));
        Assert.Equal((true, "ready"), await CommandAsync(listener));
        await broker.DisposeAsync();
        Assert.False((await CommandAsync(page)).IsReady);
        Assert.False((await CommandAsync(listener)).IsReady);
    }

    [Fact]
    public async Task The_health_command_cannot_guess_a_free_port()
    {
        (bool isReady, string text) = await CommandAsync("listeners=PLAINTEXT://localhost:0");
        Assert.False(isReady);
        Assert.Contains("metrics.port", text, StringComparison.Ordinal);
    }

    private static async Task<(bool IsReady, string Text)> CommandAsync(string setting)
    {
        using StringWriter output = new();
        bool isReady = await HealthCommand.RunAsync(Configuration.TestConfig.Load(setting), output, TimeProvider.System);
        return (isReady, output.ToString().Trim());
    }

    private static Task<HealthReport> ReportAsync(params IHealthCheck[] checks) =>
        HealthReport.MakeAsync(checks, TimeSpan.FromSeconds(5), TimeProvider.System, CancellationToken.None);

    private sealed class Check(string name, string? problem) : IHealthCheck
    {
        public string Name => name;

        public ValueTask<string?> CheckAsync(CancellationToken cancellation) => ValueTask.FromResult(problem);
    }

    private sealed class HangingCheck : IHealthCheck
    {
        public string Name => "hangs";

        public async ValueTask<string?> CheckAsync(CancellationToken cancellation)
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return null;
        }
    }
}
