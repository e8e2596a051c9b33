using System.Buffers.Binary;
using Compat.Wire;

namespace Compat.Server.Tests.Hostile;

/// <summary>Makes frames that were requests once.</summary>
internal sealed class FrameMutator
{
    private readonly Random _random;
    private readonly RequestFiller _filler;
    private readonly IReadOnlyList<(ApiKey Key, short Min, short Max)> _apis;
    private readonly Dictionary<ApiKey, Type> _types = RequestFiller.Requests.ToDictionary(request => request.Key, request => request.Type);

    public FrameMutator(Random random, IReadOnlyList<(ApiKey Key, short Min, short Max)> apis)
    {
        _random = random;
        _filler = new RequestFiller(random);
        _apis = apis;
    }

    /// <summary>The next frame, with a length that is that of its bytes but for once in a while.</summary>
    public byte[] Next()
    {
        byte[] frame = Request();
        for (int changes = _random.Next(4); changes > 0; changes--)
        {
            frame = Change(frame);
        }

        int length = frame.Length - 4;
        BinaryPrimitives.WriteInt32BigEndian(frame, _random.Next(50) == 0 ? length + _random.Next(-10, 10) : length);
        return frame;
    }

    private byte[] Request()
    {
        while (true)
        {
            (ApiKey key, short min, short max) = _apis[_random.Next(_apis.Count)];
            if (RequestFiller.TryEncode(key, (short)_random.Next(min, max + 1), _filler.Make(_types[key])) is byte[] frame)
            {
                return frame;
            }
        }
    }

    private byte[] Change(byte[] frame)
    {
        int position = _random.Next(4, frame.Length);
        int count = _random.Next(1, Math.Min(9, frame.Length - position + 1));
        switch (_random.Next(6))
        {
            case 0:
                return [.. frame[..position], .. frame[(position + count)..], .. new byte[Math.Max(0, 9 - frame.Length + count)]];
            case 1:
                return [.. frame[..(position + count)], .. frame[position..]];
            case 2:
                frame.AsSpan(position, count).Fill(0xff);
                return frame;
            case 3:
                frame.AsSpan(position, count).Clear();
                return frame;
            case 4:
                frame[position] = 0x7f;
                return frame;
            default:
                frame[position] ^= (byte)(1 << _random.Next(8));
                return frame;
        }
    }
}
