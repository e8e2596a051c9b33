namespace Compat.Wire;

/// <summary>The failures that generated codecs report.</summary>
internal static class WireFields
{
    public static void CheckReadVersion(string message, short version, short lowest, short highest)
    {
        if (version < lowest || version > highest)
        {
            throw new WireFormatException($"{message} has versions {lowest} to {highest}, not {version}.");
        }
    }

    public static void CheckWriteVersion(string message, short version, short lowest, short highest)
    {
        if (version < lowest || version > highest)
        {
            throw new InvalidOperationException($"{message} has versions {lowest} to {highest}, not {version}.");
        }
    }

    public static InvalidOperationException NotInVersion(string field, short version) =>
        new($"{field} is set, and version {version} does not have it.");

    public static InvalidOperationException NullInVersion(string field, short version) =>
        new($"{field} is null, and version {version} does not allow that.");
}
