namespace Compat.Log.Segments;

/// <summary>
/// The directory of one partition. A log that is deleted moves it aside, so every path is made from here when it is
/// needed; open handles do not mind.
/// </summary>
internal sealed class LogFolder(string path)
{
    private volatile string _path = path;

    /// <summary>The directory's path.</summary>
    public string Path
    {
        get => _path;
        set => _path = value;
    }

    /// <summary>The path of a file in it.</summary>
    public string File(string name) => System.IO.Path.Combine(_path, name);

    /// <summary>The path of a segment file or snapshot in it.</summary>
    public string File(long offset, string suffix) => File(LogFileNames.Name(offset, suffix));

    public override string ToString() => _path;
}
