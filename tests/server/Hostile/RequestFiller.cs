using System.Collections;
using System.Reflection;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Server.Tests.Hostile;

/// <summary>Makes requests with values that a client might send, and some that none should.</summary>
internal sealed class RequestFiller
{
    private static readonly string[] AnyTexts = ["", "t", "group", "orders", "__consumer_offsets", "no/topic", "..", "consumer", "range", new('x', 300)];
    private static readonly int[] Numbers = [0, 0, 1, 1, 2, 3, -1, -2, 1000, int.MaxValue, int.MinValue];

    private readonly Random _random;
    private readonly string[] _texts;

    /// <summary>Makes requests from a seed, with texts of one's own if they are given.</summary>
    public RequestFiller(Random random, string[]? texts = null)
    {
        _random = random;
        _texts = texts ?? AnyTexts;
    }

    /// <summary>All requests of the protocol.</summary>
    public static IReadOnlyList<(ApiKey Key, Type Type)> Requests { get; } =
    [
        .. from type in typeof(IRequest).Assembly.GetTypes()
           where !type.IsAbstract && type.IsAssignableTo(typeof(IRequest))
           let key = Enum.Parse<ApiKey>(type.Name[..^"Request".Length])
           orderby key
           select (key, type),
    ];

    /// <summary>A request as a frame; null if it says what its version cannot.</summary>
    public static byte[]? TryEncode(ApiKey key, short version, IWireMessage message)
    {
        try
        {
            return TestClient.Encode(key, version, 1, body => body.Write(message, version));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or OverflowException)
        {
            return null;
        }
    }

    public IWireMessage Make(Type type, int depth = 0)
    {
        object message = MakeObject(type, depth);
        return (IWireMessage)message;
    }

    private object MakeObject(Type type, int depth)
    {
        object message = Activator.CreateInstance(type)!;
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.CanWrite && _random.Next(10) > 0)
            {
                property.SetValue(message, Value(property.PropertyType, depth));
            }
        }

        return message;
    }

    private object? Value(Type type, int depth)
    {
        if (Nullable.GetUnderlyingType(type) is Type inner)
        {
            return _random.Next(3) == 0 ? null : Value(inner, depth);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>))
        {
            var list = (IList)Activator.CreateInstance(type)!;
            for (int i = _random.Next(depth > 3 ? 1 : 3); i > 0; i--)
            {
                list.Add(Value(type.GetGenericArguments()[0], depth + 1));
            }

            return list;
        }

        int number = Numbers[_random.Next(Numbers.Length)];
        return type switch
        {
            _ when type == typeof(string) => _texts[_random.Next(_texts.Length)],
            _ when type == typeof(bool) => _random.Next(2) == 0,
            _ when type == typeof(sbyte) => (sbyte)number,
            _ when type == typeof(short) => (short)number,
            _ when type == typeof(ushort) => (ushort)number,
            _ when type == typeof(int) => number,
            _ when type == typeof(uint) => (uint)number,
            _ when type == typeof(long) => (long)number,
            _ when type == typeof(double) => (double)number,
            _ when type == typeof(ErrorCode) => (ErrorCode)(short)_random.Next(100),
            _ when type == typeof(Uuid) => new Uuid(0, (ulong)_random.Next(3)),
            _ when type == typeof(ReadOnlyMemory<byte>) => new ReadOnlyMemory<byte>(Bytes(_random.Next(20))),
            _ when type == typeof(RecordsPayload) => new RecordsPayload(Batch()),
            _ => MakeObject(type, depth + 1),
        };
    }

    private byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    private byte[] Batch()
    {
        using var builder = new RecordBatchBuilder { ProducerId = _random.Next(-1, 3), ProducerEpoch = 0, BaseSequence = _random.Next(3) };
        builder.Append(1_700_000_000_000, Bytes(3), Bytes(10));
        return builder.Build();
    }
}
