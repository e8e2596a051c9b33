using System.Runtime.InteropServices;
using System.Text;

namespace Compat.Load.Librdkafka;

/// <summary>Makes a librdkafka client from settings.</summary>
internal static unsafe class NativeHandle
{
    /// <summary>A new configuration with <paramref name="settings"/>.</summary>
    /// <exception cref="ArgumentException">librdkafka refuses a setting; its text says which and why.</exception>
    public static IntPtr Configure(IEnumerable<KeyValuePair<string, string>> settings)
    {
        var configuration = NativeMethods.rd_kafka_conf_new();
        var text = stackalloc byte[NativeMethods.TextBytes];
        foreach (var (name, value) in settings)
        {
            if (NativeMethods.rd_kafka_conf_set(configuration, name, value, text, NativeMethods.TextBytes) != 0)
            {
                throw new ArgumentException(Text(text));
            }
        }

        return configuration;
    }

    /// <summary>Starts a client; it owns <paramref name="configuration"/> from here on.</summary>
    /// <exception cref="InvalidOperationException">librdkafka could not start it.</exception>
    public static IntPtr Start(int type, IntPtr configuration)
    {
        var text = stackalloc byte[NativeMethods.TextBytes];
        var client = NativeMethods.rd_kafka_new(type, configuration, text, NativeMethods.TextBytes);
        return client != IntPtr.Zero ? client : throw new InvalidOperationException(Text(text));
    }

    private static string Text(byte* text)
        => Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
}
