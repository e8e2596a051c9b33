using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Compat.Load.Failover;

/// <summary>Brokers and controllers that are one cluster, each a process of its own on this machine, ended by their ids.</summary>
internal sealed class BrokerProcesses : IDisposable
{
    private readonly string _command;
    private readonly string _directory = Directory.CreateTempSubdirectory("compat-load-").FullName;
    private readonly (int Client, int Controller)[] _ports;
    private readonly Process?[] _processes;

    /// <param name="command">A program and arguments that start a broker; it has to know <c>--override NAME=VALUE</c>.</param>
    /// <param name="count">How many.</param>
    public BrokerProcesses(string command, int count)
    {
        _command = command;
        _processes = new Process?[count];
        var free = FreePorts(2 * count);
        _ports = [.. Enumerable.Range(0, count).Select(index => (free[2 * index], free[(2 * index) + 1]))];
    }

    /// <summary>The ids of the nodes.</summary>
    public IEnumerable<int> Ids => Enumerable.Range(1, _processes.Length);

    /// <summary>The addresses of all nodes.</summary>
    public string BootstrapServers => string.Join(',', Ids.Select(AddressOf));

    public string AddressOf(int id) => $"127.0.0.1:{_ports[id - 1].Client}";

    public int ProcessIdOf(int id) => _processes[id - 1]!.Id;

    public void Start(int id)
    {
        var words = _command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var start = new ProcessStartInfo(words[0], [.. words[1..], .. Settings(id).SelectMany(setting => new[] { "--override", setting })])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        var log = new StreamWriter(Path.Combine(_directory, $"{id}.log"), append: true) { AutoFlush = true };
        process.OutputDataReceived += (_, line) => Write(log, line.Data);
        process.ErrorDataReceived += (_, line) => Write(log, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _processes[id - 1] = process;
    }

    /// <summary>Sends a signal, and does not wait for what it does.</summary>
    public void Signal(int id, string signal)
    {
        using var kill = Process.Start("kill", [signal, ProcessIdOf(id).ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public Task EndedAsync(int id) => _processes[id - 1]!.WaitForExitAsync();

    public void Dispose()
    {
        foreach (var process in _processes.OfType<Process>())
        {
            if (!process.HasExited)
            {
                process.Kill();
                process.WaitForExit();
            }

            process.Dispose();
        }

        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>What the nodes have said, for a run that failed.</summary>
    public string Logs() => string.Join('\n', Ids.Select(id => $"node {id}:\n{File.ReadAllText(Path.Combine(_directory, $"{id}.log"))}"));

    private IEnumerable<string> Settings(int id) =>
    [
        "cluster.id=FailoverOfThree_abcde1",
        $"node.id={id}",
        "process.roles=broker,controller",
        $"controller.quorum.voters={string.Join(',', Ids.Select(voter => $"{voter}@127.0.0.1:{_ports[voter - 1].Controller}"))}",
        "controller.listener.names=CONTROLLER",
        $"listeners=PLAINTEXT://{AddressOf(id)},CONTROLLER://127.0.0.1:{_ports[id - 1].Controller}",
        $"log.dirs={Path.Combine(_directory, $"{id}")}",
    ];

    private static void Write(StreamWriter log, string? line)
    {
        if (line is not null)
        {
            lock (log)
            {
                log.WriteLine(line);
            }
        }
    }

    /// <summary>Below the ports that the system gives to outgoing connections: one of those could take the place of a broker that is away.</summary>
    private static int[] FreePorts(int count)
    {
        var ports = new HashSet<int>();
        while (ports.Count < count)
        {
            var port = Random.Shared.Next(12_000, 32_000);
            var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                ports.Add(port);
            }
            catch (SocketException)
            {
                // Taken.
            }
            finally
            {
                listener.Dispose();
            }
        }

        return [.. ports];
    }
}
