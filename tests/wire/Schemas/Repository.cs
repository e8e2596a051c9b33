namespace Compat.Wire.Tests.Schemas;

/// <summary>Where the tests find the repository's files.</summary>
internal static class Repository
{
    public static string Root { get; } = FindUpwards("Compat.sln") ?? throw new InvalidOperationException("Compat.sln is in no folder above the tests.");

    /// <summary>The folder with Kafka's schemas: KAFKA_SCHEMAS, or shared/protocol beside a folder above; null when there is none.</summary>
    public static string? KafkaSchemas()
    {
        if (Environment.GetEnvironmentVariable("KAFKA_SCHEMAS") is { Length: > 0 } named)
        {
            return named;
        }

        string facts = Path.Combine("shared", "protocol");
        return FindUpwards(facts) is { } root ? Path.Combine(root, facts) : null;
    }

    private static string? FindUpwards(string name)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Path.Exists(Path.Combine(folder.FullName, name)))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
