using Compat.Server.Platform;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Hosting;

/// <summary>Runs a broker for as long as the process's host runs.</summary>
internal sealed partial class BrokerService : IHostedService
{
    private readonly Broker _broker;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger<BrokerService> _logger;

    public BrokerService(Broker broker, IHostApplicationLifetime lifetime, ILogger<BrokerService> logger)
    {
        _broker = broker;
        _lifetime = lifetime;
        _logger = logger;
    }

    /// <summary>Why the broker could not go on; null if it was asked to stop.</summary>
    public Exception? Failure { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (string warning in _broker.Config.Warnings)
        {
            LogWarning(warning);
        }

        await _broker.StartAsync(cancellationToken);
        LogReady(StartLine.Describe(_broker, HostMachine.ProcessAge));
        _ = WatchAsync(_broker.Fatal);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _broker.DisposeAsync();
        LogStopped();
    }

    private async Task WatchAsync(Task<Exception> fatal)
    {
        // A broker that cannot follow its metadata must not go on as if nothing had happened.
        Failure = await fatal;
        LogFatal(Failure);
        _lifetime.StopApplication();
    }

    [LoggerMessage(1, LogLevel.Information, "{Line}")]
    private partial void LogReady(string line);

    [LoggerMessage(2, LogLevel.Warning, "{Warning}")]
    private partial void LogWarning(string warning);

    [LoggerMessage(3, LogLevel.Critical, "The broker cannot go on and stops")]
    private partial void LogFatal(Exception exception);

    [LoggerMessage(4, LogLevel.Information, "Stopped")]
    private partial void LogStopped();
}
