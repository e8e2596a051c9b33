using Compat.Load.Cluster;
using Compat.Load.CommandLine;
using Compat.Load.Failover;

if (args.Length == 0 || args[0] is "--help" or "help")
{
    Help.Write();
    return args.Length == 0 ? 2 : 0;
}

try
{
    var options = Options.Parse(args[1..]);
    return args[0] switch
    {
        "mock" => await Served.MockAsync(options),
        "bare" => await Served.BareAsync(options),
        "echo" when options.Targets.Count == 0 => await Served.EchoAsync(),
        "failover" => await new FailoverRun(options).RunAsync(),
        "cluster-start" => await new ClusterStartRun(options).RunAsync(),
        "replicated" => await new ReplicatedRun(options).RunAsync(),
        "catchup" => await new CatchUpRun(options).RunAsync(),
        "idle-cluster" => await new IdleClusterRun(options).RunAsync(),
        _ => await Comparison.RunAsync(args[0], options),
    };
}
catch (ArgumentException exception)
{
    Console.Error.WriteLine($"compat-load: {exception.Message}");
    return 2;
}
