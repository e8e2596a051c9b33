using System.Buffers;
using System.Collections.Concurrent;
using System.Reflection;
using Compat.Wire.Generator.Model;
using Compat.Wire.Messages;

namespace Compat.Wire.Tests.Messages;

/// <summary>Encodes and decodes a message whose class is known by name only.</summary>
public abstract class MessageCodec
{
    private static readonly ConcurrentDictionary<string, MessageCodec> ByName = new();

    public static MessageCodec Of(MessageSchema message) => ByName.GetOrAdd(message.Name, name =>
    {
        Type type = typeof(ProduceRequest).Assembly.GetType($"Compat.Wire.Messages.{name}", throwOnError: true)!;
        MethodInfo make = typeof(MessageCodec).GetMethod(nameof(Make), BindingFlags.NonPublic | BindingFlags.Static)!;
        return (MessageCodec)make.MakeGenericMethod(type).Invoke(null, null)!;
    });

    public abstract Type Type { get; }

    /// <summary>Decodes a message and answers how many bytes were left.</summary>
    public abstract IWireMessage Decode(ReadOnlyMemory<byte> frame, short version, out int remaining);

    public static byte[] Encode(IWireMessage message, short version)
    {
        ArrayBufferWriter<byte> output = new();
        WireWriter writer = new(output);
        message.Write(ref writer, version);
        writer.Flush();
        Assert.Equal(output.WrittenCount, writer.BytesWritten);
        return output.WrittenSpan.ToArray();
    }

    private static MessageCodec Make<T>()
        where T : class, IWireMessage<T> => new Codec<T>();

    private sealed class Codec<T> : MessageCodec
        where T : class, IWireMessage<T>
    {
        public override Type Type => typeof(T);

        public override IWireMessage Decode(ReadOnlyMemory<byte> frame, short version, out int remaining)
        {
            WireReader reader = new(frame);
            T message = T.Read(ref reader, version);
            remaining = reader.Remaining;
            return message;
        }
    }
}
