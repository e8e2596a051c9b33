namespace Compat.Log.Configuration;

/// <summary>The type of a setting's value; the numbers are those of DescribeConfigs v3 and later (KIP-569).</summary>
public enum ConfigType : byte
{
    /// <summary>true or false, in any case.</summary>
    Boolean = 1,

    /// <summary>Text, trimmed.</summary>
    String = 2,

    /// <summary>A 32-bit signed integer.</summary>
    Int = 3,

    /// <summary>A 16-bit signed integer.</summary>
    Short = 4,

    /// <summary>A 64-bit signed integer.</summary>
    Long = 5,

    /// <summary>A 64-bit floating-point number.</summary>
    Double = 6,

    /// <summary>Texts separated by commas.</summary>
    List = 7,

    /// <summary>The name of a class that an Apache Kafka broker would load.</summary>
    Class = 8,

    /// <summary>Text that is never shown.</summary>
    Password = 9,
}
