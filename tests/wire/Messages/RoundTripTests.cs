using Compat.Wire.Generator.Model;
using Compat.Wire.Tests.Schemas;
using CsCheck;

namespace Compat.Wire.Tests.Messages;

public class RoundTripTests
{
    private const int Rounds = 12;

    public static TheoryData<string> Messages => SchemaPages.MessageNames;

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_decodes_to_what_was_encoded_in_every_version(string name)
    {
        MessageSchema message = SchemaPages.Message(name);
        MessageCodec codec = MessageCodec.Of(message);
        Gen.Select(Gen.Int[message.Versions.Low, message.Versions.High], Gen.Int).Sample(
            (version, seed) =>
            {
                MessageValues values = new(message, (short)version);
                IWireMessage expected = values.Create(new Random(seed));
                byte[] frame = MessageCodec.Encode(expected, (short)version);
                IWireMessage actual = codec.Decode(frame, (short)version, out int remaining);
                Assert.Null(values.Difference(expected, actual));
                Assert.Equal(0, remaining);
                Assert.Equal(frame, MessageCodec.Encode(actual, (short)version));
            },
            iter: Rounds * (message.Versions.High - message.Versions.Low + 1),
            threads: 1);
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_version_that_does_not_exist_is_refused(string name)
    {
        MessageSchema message = SchemaPages.Message(name);
        MessageCodec codec = MessageCodec.Of(message);
        IWireMessage empty = (IWireMessage)Activator.CreateInstance(codec.Type)!;
        foreach (int version in new[] { message.Versions.Low - 1, message.Versions.High + 1 })
        {
            Assert.Throws<WireFormatException>(() => codec.Decode(new byte[1024], (short)version, out _));
            Assert.Throws<InvalidOperationException>(() => MessageCodec.Encode(empty, (short)version));
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_of_defaults_encodes_in_every_version(string name)
    {
        MessageSchema message = SchemaPages.Message(name);
        MessageCodec codec = MessageCodec.Of(message);
        for (int version = message.Versions.Low; version <= message.Versions.High; version++)
        {
            IWireMessage empty = (IWireMessage)Activator.CreateInstance(codec.Type)!;
            byte[] frame = MessageCodec.Encode(empty, (short)version);
            IWireMessage decoded = codec.Decode(frame, (short)version, out int remaining);
            Assert.Equal(0, remaining);
            Assert.Equal(frame, MessageCodec.Encode(decoded, (short)version));
        }
    }
}
