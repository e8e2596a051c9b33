using System.Globalization;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire.Messages;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Tests.Hostile;

/// <summary>
/// Requests with bytes changed, cut off, repeated and added, as many as the budget allows. COMPAT_FUZZ_FRAMES is the budget,
/// COMPAT_FUZZ_SEED begins elsewhere; a failure says how to run it again.
/// </summary>
public class FuzzTests
{
    private const int DefaultFrames = 20_000;
    private const int DefaultSeed = 2026;
    private const int FramesBetweenChecks = 250;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static int Frames => Setting("COMPAT_FUZZ_FRAMES", DefaultFrames);

    private static int Seed => Setting("COMPAT_FUZZ_SEED", DefaultSeed);

    [Fact]
    public async Task Mutated_frames_break_nothing_hang_nothing_and_leave_nothing_behind()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        var random = new Random(Seed);
        var mutator = new FrameMutator(random, [.. broker.Handlers.All.Select(handler => (handler.Key, handler.MinVersion, handler.MaxVersion))]);
        for (int sent = 0; sent < Frames;)
        {
            for (int i = 0; i < FramesBetweenChecks; i++, sent++)
            {
                await SendAsync(broker, mutator.Next(), random);
            }

            await AssertHealthyAsync(broker, sent);
        }
    }

    private static async Task SendAsync(MemoryBroker broker, byte[] frame, Random random)
    {
        TestClient client = await broker.ConnectAsync();
        int cut = random.Next(8) == 0 ? random.Next(frame.Length) : frame.Length;
        await client.SendAsync(frame[..cut]);
        if (random.Next(2) == 0)
        {
            // What is sent is read to its end before the client is gone.
            client.Channel.FinishSending();
            while (await client.ReadFrameAsync() is not null)
            {
            }
        }

        client.Dispose();
    }

    private static async Task AssertHealthyAsync(MemoryBroker broker, int sent)
    {
        string again = $"after {sent} frames; again with COMPAT_FUZZ_SEED={Seed} COMPAT_FUZZ_FRAMES={sent} dotnet test -c Release tests/server --filter FullyQualifiedName~FuzzTests";
        Exception? failure = await Xunit.Record.ExceptionAsync(async () =>
        {
            await broker.DrainAsync();
            using TestClient client = await broker.ConnectAsync();
            await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new(), 0).WaitAsync(Patience);
        });
        Assert.True(failure is null, $"the broker is stuck {again}: {failure?.Message}");
        Assert.True(broker.Parts.Deadlines.Count == 0, $"requests wait whose clients are gone {again}");
        Assert.True(!broker.Parts.Fatal.IsCompleted, $"the broker has ended {again}");
        (LogLevel Level, string Text)[] errors = [.. broker.Loggers.Lines.Where(line => line.Level >= LogLevel.Error)];
        Assert.True(errors.Length == 0, $"{again}: {errors.FirstOrDefault().Text}");
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
