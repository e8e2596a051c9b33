using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using Compat.Wire.Messages;
using Compat.Wire.Records;
using Compat.Wire.Tests.Messages;
using Compat.Wire.Tests.Schemas;

namespace Compat.Wire.Tests.Golden;

/// <summary>
/// Request frames as real clients sent them, one file each: NN.vV.bin of API NN in version V, below the client's name.
/// tests/compat captures them.
/// </summary>
public class GoldenFrameTests
{
    private static readonly string Folder = Path.GetDirectoryName(ThisFile())!;

    public static TheoryData<string> Frames =>
        [.. Directory.GetFiles(Folder, "*.bin", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Folder, path).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    public static TheoryData<string> ProduceFrames => [.. Frames.Select(row => row.Data).Where(path => Path.GetFileName(path).StartsWith("00.", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Frames))]
    public void A_frame_of_a_real_client_decodes_and_encodes_to_the_same_bytes(string path)
    {
        byte[] frame = File.ReadAllBytes(Path.Combine(Folder, path));
        (RequestHeader header, IWireMessage request, int remaining) = Decode(frame);

        ArrayBufferWriter<byte> output = new();
        WireWriter writer = new(output);
        header.Write(ref writer);
        request.Write(ref writer, header.Version);
        writer.Flush();

        Assert.Equal(0, remaining);
        Assert.StartsWith($"{(short)header.Key:00}.v{header.Version}.", path.Split('/')[1], StringComparison.Ordinal);
        Assert.Equal(frame, output.WrittenSpan.ToArray());
    }

    [Theory]
    [MemberData(nameof(ProduceFrames))]
    public void The_records_that_a_real_client_sent_can_be_read(string path)
    {
        ProduceRequest request = (ProduceRequest)Decode(File.ReadAllBytes(Path.Combine(Folder, path))).Request;

        RecordBatch batch = new(request.TopicData[0].PartitionData[0].Records.Memory);

        Assert.True(batch.IsCrcValid());
        string codec = path.Split('.')[2];
        Assert.Equal(codec == "idempotent" ? "none" : codec, batch.CompressionType.ToString().ToLowerInvariant());
        Assert.Equal(codec == "idempotent", batch.ProducerId >= 0);
        int count = 0;
        foreach (Compat.Wire.Records.Record record in batch.Records(1 << 20))
        {
            Assert.Equal("a key", Encoding.ASCII.GetString(record.Key));
            Assert.Equal("a value", Encoding.ASCII.GetString(record.Value));
            count++;
        }

        Assert.Equal(1, count);
    }

    private static (RequestHeader Header, IWireMessage Request, int Remaining) Decode(byte[] frame)
    {
        WireReader reader = new(frame);
        RequestHeader header = RequestHeader.Read(ref reader);
        MessageCodec codec = MessageCodec.Of(SchemaPages.Message($"{header.Key}Request"));
        IWireMessage request = codec.Decode(reader.PeekRemaining(), header.Version, out int remaining);
        return (header, request, remaining);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
