using Compat.Wire.Generator.Model;
using Compat.Wire.Messages;
using Compat.Wire.Tests.Schemas;

namespace Compat.Wire.Tests.Messages;

/// <summary>
/// Whatever the bytes, a decoder answers a message or throws <see cref="WireFormatException"/>, and it has allocated no more than twice
/// the frame and a constant.
/// </summary>
public class HostileBytesTests
{
    private const int Seed = 7_2026;
    private const int Mutations = 30;
    private const int FalseCounts = 8;
    private const int MediumFrame = 1 << 15;
    private const int LargeFrame = 1 << 18;

    // What a small frame may cost beyond twice its size: the message itself, its lists, and the exception with its text and trace.
    private const int SmallAllowance = 16 << 10;

    public static TheoryData<string> Messages => SchemaPages.MessageNames;

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_truncated_frame_is_refused(string name) => ForEveryVersion(name, (codec, version, frame, random) =>
    {
        for (int length = 0; length < frame.Length; length += 1 + (frame.Length / 48))
        {
            Assert.False(DecodesWithin(codec, frame.AsMemory(0, length), version, SmallAllowance));
        }
    });

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_mutated_frame_is_read_or_refused(string name) => ForEveryVersion(name, (codec, version, frame, random) =>
    {
        for (int i = 0; i < Mutations && frame.Length > 0; i++)
        {
            byte[] mutated = [.. frame];
            for (int changes = 1 + random.Next(3); changes > 0; changes--)
            {
                mutated[random.Next(mutated.Length)] = (byte)(random.Next(3) switch { 0 => 0xff, 1 => 0x7f, _ => random.Next(256) });
            }

            DecodesWithin(codec, mutated, version, SmallAllowance);
        }
    });

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_false_count_in_a_large_frame_costs_no_more_than_the_stated_limit(string name) => ForEveryVersion(name, (codec, version, frame, random) =>
    {
        byte[] large = new byte[frame.Length + MediumFrame];
        for (int i = 0; i < FalseCounts; i++)
        {
            large.AsSpan().Fill((byte)random.Next(3));
            frame.CopyTo(large, 0);

            // Two bytes reach both encodings: the low half of a fixed count, and a varint of up to 16,383.
            int place = random.Next(frame.Length + 1);
            large[place] = (byte)random.Next(0x80, 0x100);
            large[place + 1] = (byte)random.Next(0x40, 0x80);
            DecodesWithin(codec, large, version, WireReader.AllocationAllowance + SmallAllowance);
        }
    });

    [Theory]
    [MemberData(nameof(Messages))]
    public void Large_frames_of_one_byte_cost_no_more_than_the_stated_limit(string name)
    {
        MessageSchema message = SchemaPages.Message(name);
        MessageCodec codec = MessageCodec.Of(message);
        byte[] frame = new byte[LargeFrame];
        foreach (short version in new[] { (short)message.Versions.Low, (short)message.Versions.High }.Distinct())
        {
            foreach (byte filler in new byte[] { 0x00, 0x01, 0x02, 0x7f, 0x80, 0xff })
            {
                Array.Fill(frame, filler);
                DecodesWithin(codec, frame, version, WireReader.AllocationAllowance + SmallAllowance);
            }
        }
    }

    [Fact]
    public void Elements_without_end_are_refused_before_they_take_more_memory_than_allowed()
    {
        // Eight million topics of no name: each is a valid element of two bytes, and an object of many more.
        byte[] frame = new byte[17 << 20];
        new byte[] { 0x81, 0x80, 0x80, 0x04 }.CopyTo(frame, 0);
        for (int i = 4; i < frame.Length; i += 2)
        {
            frame[i] = 1;
        }

        MessageCodec codec = MessageCodec.Of(SchemaPages.Message("DescribeTopicPartitionsRequest"));

        Assert.False(DecodesWithin(codec, frame, 0, SmallAllowance));
    }

    [Fact]
    public void Large_requests_of_honest_clients_are_read()
    {
        CreateTopicsRequest topics = new() { Topics = [.. Enumerable.Range(0, 20_000).Select(i => new CreateTopicsRequest.CreatableTopic { Name = $"t{i}", NumPartitions = 1, ReplicationFactor = 1 })] };
        FetchRequest fetch = new() { Topics = [new() { TopicId = Uuid.One, Partitions = [.. Enumerable.Range(0, 100_000).Select(i => new FetchRequest.FetchPartition { Partition = i })] }] };
        OffsetFetchRequest offsets = new() { Groups = [new() { GroupId = "g", Topics = [.. Enumerable.Range(0, 20_000).Select(i => new OffsetFetchRequest.OffsetFetchRequestTopics { Name = $"t{i}", PartitionIndexes = [0] })] }] };

        foreach ((IWireMessage request, short version) in new (IWireMessage, short)[] { (topics, 7), (fetch, 17), (offsets, 8) })
        {
            byte[] frame = MessageCodec.Encode(request, version);
            Assert.True(DecodesWithin(MessageCodec.Of(SchemaPages.Message(request.GetType().Name)), frame, version, WireReader.AllocationAllowance));
        }
    }

    private static void ForEveryVersion(string name, Action<MessageCodec, short, byte[], Random> body)
    {
        MessageSchema message = SchemaPages.Message(name);
        MessageCodec codec = MessageCodec.Of(message);
        Random random = new(Seed);
        for (int version = message.Versions.Low; version <= message.Versions.High; version++)
        {
            byte[] frame = MessageCodec.Encode(new MessageValues(message, (short)version).Create(random), (short)version);
            body(codec, (short)version, frame, random);
        }
    }

    // True when the bytes are a message, false when they are refused.
    private static bool DecodesWithin(MessageCodec codec, ReadOnlyMemory<byte> frame, short version, long allowance)
    {
        bool isMessage = false;
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            codec.Decode(frame, version, out _);
            isMessage = true;
        }
        catch (WireFormatException)
        {
            // What is expected of bytes that are no message.
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, 0, (2L * frame.Length) + allowance);
        return isMessage;
    }
}
