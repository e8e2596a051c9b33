using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace Compat.Wire;

/// <summary>
/// A 128-bit id of a topic, directory or member as Kafka writes it: two big-endian halves on the wire,
/// 22 characters of URL-safe base64 without padding in text.
/// </summary>
/// <param name="High">The first eight bytes.</param>
/// <param name="Low">The last eight bytes.</param>
public readonly record struct Uuid(ulong High, ulong Low) : IComparable<Uuid>
{
    /// <summary>Bytes of an id on the wire.</summary>
    public const int Size = 16;

    private const int TextLength = 22;

    /// <summary>The id that stands for "none".</summary>
    public static Uuid Zero => default;

    /// <summary>The id of the metadata topic, <c>__cluster_metadata</c>; never given to anything else.</summary>
    public static Uuid One => new(0, 1);

    /// <summary>Reads an id from its 16 bytes.</summary>
    public static Uuid Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(source), BinaryPrimitives.ReadUInt64BigEndian(source[8..]));

    /// <summary>Makes an id that is random, none of the reserved ones, and does not begin with '-' in text, so that it can be a command line argument.</summary>
    public static Uuid Create(Random random)
    {
        Span<byte> bytes = stackalloc byte[Size];
        while (true)
        {
            random.NextBytes(bytes);

            // Version 4, variant 1, as java.util.UUID.randomUUID marks them.
            bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
            bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
            Uuid id = Read(bytes);
            if (id.ToString()[0] != '-')
            {
                return id;
            }
        }
    }

    /// <summary>Reads an id from its text form.</summary>
    /// <exception cref="FormatException">The text is not 22 characters of URL-safe base64.</exception>
    public static Uuid Parse(string text) =>
        TryParse(text, out Uuid id) ? id : throw new FormatException($"'{text}' is not a 22-character base64 id.");

    /// <summary>Reads an id from its text form; false when the text is not one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Uuid id)
    {
        id = Zero;
        Span<byte> bytes = stackalloc byte[Size];
        if (text is not { Length: TextLength } || !Base64Url.IsValid(text) ||
            !Base64Url.TryDecodeFromChars(text, bytes, out int written) || written != Size)
        {
            return false;
        }

        id = Read(bytes);
        return true;
    }

    /// <summary>Writes the id's 16 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
    }

    /// <summary>Orders ids as Kafka does: by their halves as signed numbers.</summary>
    public int CompareTo(Uuid other) =>
        High == other.High ? ((long)Low).CompareTo((long)other.Low) : ((long)High).CompareTo((long)other.High);

    /// <summary>The URL-safe base64 form without padding.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        Write(bytes);
        return Base64Url.EncodeToString(bytes);
    }
}
