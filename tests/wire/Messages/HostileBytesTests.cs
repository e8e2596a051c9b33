using Compat.Wire.Generator.Model;
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
