using System.Globalization;
using Compat.Clients.Tests.Support;
using Compat.Log.Storage;
using Compat.Log.Tests.Faults;
using Compat.Server.Hosting;

namespace Compat.Cluster.Tests.Chaos;

/// <summary>
/// The broker's process on a machine whose disk and clock do what the lines on its standard input say. Everything else is the product's own
/// process. It ends with whoever started it.
/// </summary>
internal sealed class FaultyMachine(BrokerOptions onMachine)
{
    /// <summary>The first argument of such a process.</summary>
    public const string CommandName = "broker";

    /// <summary>A line by which writes and flushes take as many milliseconds as its number says.</summary>
    public const string SlowDisk = "slow-disk";

    /// <summary>A line by which the disk has no room.</summary>
    public const string FullDisk = "full-disk";

    /// <summary>A line by which the disk is good again.</summary>
    public const string GoodDisk = "good-disk";

    /// <summary>A line by which the wall clock is as many seconds ahead as its number says.</summary>
    public const string Clock = "clock";

    private readonly FaultyStorage _storage = new(onMachine.Storage);
    private readonly ShiftedTime _time = new();

    /// <summary>The command that starts such a process.</summary>
    public static (string File, string[] Arguments) Command => ("dotnet", [Path.Combine(Paths.Output, "Compat.Cluster.Tests.dll"), CommandName]);

    /// <summary>Runs the broker and returns its exit code.</summary>
    public static Task<int> RunBrokerAsync(string[] arguments) => BrokerProcess.RunAsync(arguments, Console.Out, Console.Error, options =>
    {
        FaultyMachine machine = new(options);
        new Thread(machine.Obey) { IsBackground = true }.Start();
        return options with { Storage = machine._storage, Time = machine._time };
    });

    private void Obey()
    {
        while (Console.ReadLine() is { } line)
        {
            string[] words = line.Split(' ');
            switch (words[0])
            {
                case SlowDisk:
                    int delayMs = int.Parse(words[1], CultureInfo.InvariantCulture);
                    _storage.Before = (operation, _) => Thread.Sleep(IsWriting(operation) ? delayMs : 0);
                    break;
                case FullDisk:
                    _storage.Fault = (operation, path) => operation == StorageOperation.Write ? new StorageFullException($"{path}: no room") : null;
                    break;
                case GoodDisk:
                    _storage.Heal();
                    _storage.Before = (_, _) => { };
                    break;
                case Clock:
                    _time.Shift = TimeSpan.FromSeconds(int.Parse(words[1], CultureInfo.InvariantCulture));
                    break;
            }
        }

        Environment.Exit(1);
    }

    private static bool IsWriting(StorageOperation operation) => operation is StorageOperation.Write or StorageOperation.Flush;

    /// <summary>The real clock, except that the wall clock is wrong.</summary>
    private sealed class ShiftedTime : TimeProvider
    {
        private long _shiftTicks;

        public TimeSpan Shift
        {
            get => TimeSpan.FromTicks(Interlocked.Read(ref _shiftTicks));
            set => Interlocked.Exchange(ref _shiftTicks, value.Ticks);
        }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Shift;
    }
}
