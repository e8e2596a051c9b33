using System.Buffers.Binary;
using System.Net.Sockets;
using Compat.Load.Bare;
using Compat.Load.Model;

namespace Compat.Load.Scenarios;

/// <summary>Messages sent at a rate to <c>compat-load echo</c> and timed when they are back: the yardstick of <see cref="EndToEndScenario"/>.</summary>
internal sealed class EchoScenario : Scenario
{
    private readonly Step _returned;

    public EchoScenario() => _returned = AddStep("returned");

    public override string Name => "echo";

    public override string Summary => "echo --size 1024 --rate 10000: messages to compat-load echo and back (copies 1)";

    public override async Task RunAsync(LoadContext context, int copy)
    {
        var colon = context.BootstrapServers.LastIndexOf(':');
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(
            context.BootstrapServers[..colon], int.Parse(context.BootstrapServers[(colon + 1)..], System.Globalization.CultureInfo.InvariantCulture));
        var message = Topics.Payload(Math.Max(sizeof(long), context.Options.Number("size", 1024)));
        var returning = Task.Factory.StartNew(() => Receive(socket, message.Length), TaskCreationOptions.LongRunning);
        await Task.Factory.StartNew(() => Send(context, socket, message), TaskCreationOptions.LongRunning);
        await returning;
    }

    private static void Send(LoadContext context, Socket socket, byte[] message)
    {
        var pacer = context.NewPacer();
        while (!context.Stop.IsCancellationRequested)
        {
            BinaryPrimitives.WriteInt64LittleEndian(message, pacer.WaitForNext());
            socket.SendAll(message);
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    private void Receive(Socket socket, int size)
    {
        var message = new byte[size];
        while (socket.TryReceiveAll(message))
        {
            _returned.Record(BinaryPrimitives.ReadInt64LittleEndian(message), size);
        }
    }
}
