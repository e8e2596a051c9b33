namespace Compat.Server.Tests.Hosting;

/// <summary>A directory on disk that is gone after the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("compat-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
