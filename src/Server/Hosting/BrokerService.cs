using Compat.Server.Platform;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Hosting;

/// <summary>Runs a broker, or all those of a cluster in one process, for as long as the process's host runs.</summary>
internal sealed partial class BrokerService : IHostedService
{
    private readonly IReadOnlyList<Broker> _brokers;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger<BrokerService> _logger;

    public BrokerService(IReadOnlyList<Broker> brokers, IHostApplicationLifetime lifetime, ILogger<BrokerService> logger)
    {
        _brokers = brokers;
        _lifetime = lifetime;
        _logger = logger;
    }

    /// <summary>Why a broker could not go on; null if it was asked to stop.</summary>
    public Exception? Failure { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (string warning in _brokers[0].Config.Warnings)
        {
            LogWarning(warning);
        }

        // All at once: none of them is ready before a majority of the controllers is there.
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] starts = [.. _brokers.Select(broker => StartAsync(broker, failed.Token))];
        try
        {
            await foreach (Task start in Task.WhenEach(starts))
            {
                await start;
            }
        }
        catch
        {
            await failed.CancelAsync();
            await Task.WhenAll(starts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await EndAsync();
            throw;
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await EndAsync();
        LogStopped();
    }

    private async Task StartAsync(Broker broker, CancellationToken cancellationToken)
    {
        await broker.StartAsync(cancellationToken);
        LogReady(StartLine.Describe(broker, HostMachine.ProcessAge));
        _ = WatchAsync(broker.Fatal);
    }

    private async Task EndAsync() => await Task.WhenAll(_brokers.Select(broker => broker.EndAsync(isWholeCluster: _brokers.Count > 1).AsTask()));

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
