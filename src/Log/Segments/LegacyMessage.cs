using System.Buffers.Binary;

namespace Compat.Log.Segments;

/// <summary>Recognises messages of the formats before magic 2, which are not supported, from bytes that only look like one.</summary>
internal static class LegacyMessage
{
    private const int CrcPosition = 12;
    private const int MagicPosition = 16;
    private const uint Polynomial = 0xEDB88320;

    /// <summary>Whether the bytes are a whole message of magic 0 or 1: its CRC-32 covers everything from the magic on.</summary>
    public static bool IsValid(ReadOnlySpan<byte> message)
    {
        if (message.Length <= MagicPosition || message[MagicPosition] > 1)
        {
            return false;
        }

        uint crc = uint.MaxValue;
        foreach (byte each in message[MagicPosition..])
        {
            crc ^= each;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1;
            }
        }

        return ~crc == BinaryPrimitives.ReadUInt32BigEndian(message[CrcPosition..]);
    }
}
