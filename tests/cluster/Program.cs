using Compat.Cluster.Tests.Chaos;
using Xunit.Runner.InProc.SystemConsole;

return args switch
{
    [ChaosCommand.Name, .. string[] rest] => await ChaosCommand.RunAsync(rest),
    [FaultyMachine.CommandName, .. string[] rest] => await FaultyMachine.RunBrokerAsync(rest),
    _ => await ConsoleRunner.Run(args),
};
