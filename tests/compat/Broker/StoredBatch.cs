using System.Buffers.Binary;

namespace Compat.Clients.Tests.Broker;

/// <summary>The header of a record batch in a segment file, read without the product's own code.</summary>
internal sealed record StoredBatch(long BaseOffset, int RecordCount, string Codec, long ProducerId)
{
    private const int HeaderSize = 61;
    private const int BytesBeforeLength = 12;
    private static readonly string[] Codecs = ["none", "gzip", "snappy", "lz4", "zstd", "5", "6", "7"];

    public static List<StoredBatch> ReadAll(string directory)
    {
        List<StoredBatch> batches = [];
        foreach (string file in Directory.GetFiles(directory, "*.log").Order(StringComparer.Ordinal))
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] header = new byte[HeaderSize];
            while (stream.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) == HeaderSize)
            {
                int length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(8));
                if (length <= 0)
                {
                    break;
                }

                batches.Add(Parse(header));
                stream.Seek(BytesBeforeLength + length - HeaderSize, SeekOrigin.Current);
            }
        }

        return batches;
    }

    private static StoredBatch Parse(ReadOnlySpan<byte> header) => new(
        BinaryPrimitives.ReadInt64BigEndian(header),
        BinaryPrimitives.ReadInt32BigEndian(header[57..]),
        Codecs[BinaryPrimitives.ReadInt16BigEndian(header[21..]) & 7],
        BinaryPrimitives.ReadInt64BigEndian(header[43..]));
}
