using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Compat.Wire.Records.Validation;

/// <content>
/// The way of nearly every record: it lies in one piece and no number in it takes more than three bytes. The position is a
/// local, so that the processor walks several records at once; where anything is unusual, or wrong, the record is left to
/// the careful way, which also finds the words for what is wrong.
/// </content>
internal ref partial struct RecordSkimmer
{
    private const int MaxShortSize = 3;
    private const uint NotShort = uint.MaxValue;

    // Everything up to the key's length, if it is short: four numbers and the attributes.
    private const int MaxShortHead = (4 * MaxShortSize) + 1;

    private bool TryNextInPiece()
    {
        int left = _piece.Length - _position;
        if (left < MaxShortHead)
        {
            return false;
        }

        ref byte record = ref Unsafe.Add(ref MemoryMarshal.GetReference(_piece), _position);
        int at = 0;
        uint size = ReadShort(ref record, ref at);
        int end = at + (int)(size >> 1);
        if ((size & 1) != 0 || end > left)
        {
            return false;
        }

        at++;
        uint timestampDelta = ReadShort(ref record, ref at);
        uint offsetDelta = ReadShort(ref record, ref at);
        uint keyLength = ReadShort(ref record, ref at);
        if (timestampDelta == NotShort || offsetDelta == NotShort || !TrySkip(keyLength, ref at)
            || !TrySkipRest(ref record, at, end, left))
        {
            return false;
        }

        TimestampDelta = RecordVarint.UnZigZag(timestampDelta);
        OffsetDelta = RecordVarint.UnZigZag(offsetDelta);
        IsKeyNull = keyLength == 1;
        _position += end;
        return true;
    }

    /// <summary>Value and headers; true if they end where the record does.</summary>
    private static bool TrySkipRest(ref byte record, int at, int end, int left)
    {
        if (at > left - MaxShortSize || !TrySkip(ReadShort(ref record, ref at), ref at) || at > left - MaxShortSize)
        {
            // The last record of a piece may be too close to its end for reading without looking.
            return false;
        }

        uint headers = ReadShort(ref record, ref at);
        for (; headers > 1 && headers != NotShort; headers -= 2)
        {
            if (at > left - MaxShortSize || !TrySkipKey(ReadShort(ref record, ref at), ref at)
                || at > left - MaxShortSize || !TrySkip(ReadShort(ref record, ref at), ref at))
            {
                return false;
            }
        }

        return headers == 0 && at == end;
    }

    // A length, doubled; 1 is the null of zigzag, every other odd number is negative.
    private static bool TrySkip(uint length, ref int at)
    {
        at += (int)(length >> 1);
        return length <= 1 || (length & 1) == 0;
    }

    private static bool TrySkipKey(uint length, ref int at) => TrySkip(length, ref at) && length != 1;

    /// <summary>Reads three bytes at most, which must be there; NotShort, which is odd, if the number has more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint ReadShort(ref byte record, ref int at)
    {
        uint first = Unsafe.Add(ref record, at++);
        if (first < 0x80)
        {
            return first;
        }

        uint second = Unsafe.Add(ref record, at++);
        if (second < 0x80)
        {
            return (first & 0x7F) | (second << 7);
        }

        uint third = Unsafe.Add(ref record, at++);
        return third < 0x80 ? (first & 0x7F) | ((second & 0x7F) << 7) | (third << 14) : NotShort;
    }
}
