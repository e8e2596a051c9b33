using System.Diagnostics;
using Compat.Simulation;

const string ProcessorCount = "DOTNET_PROCESSOR_COUNT";

Arguments arguments;
try
{
    arguments = Arguments.Parse(args);
}
catch (Exception e) when (e is FormatException or IndexOutOfRangeException or OverflowException)
{
    await Console.Error.WriteLineAsync(Arguments.Usage);
    return 2;
}

// Everything runs on the one thread of the pool, which the runtime grants only to a machine of one processor.
if (Environment.ProcessorCount != 1)
{
    var again = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false };
    if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
    {
        again.ArgumentList.Add(typeof(SimulationRun).Assembly.Location);
    }

    Array.ForEach(args, again.ArgumentList.Add);
    again.Environment[ProcessorCount] = "1";
    again.Environment["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0";
    using Process process = Process.Start(again)!;
    await process.WaitForExitAsync();
    return process.ExitCode;
}

ThreadPool.SetMinThreads(1, 1);
ThreadPool.SetMaxThreads(1, 1);
return await Task.Run(() => SeedRunner.RunAsync(arguments));
