namespace Compat.Load.Measure;

/// <summary>
/// Makes memory that the machine has used before. A virtual machine gets its memory from the host page by page, when a
/// page is first touched, and gives pages that lie idle back: a file is then written to the page cache at a fraction of
/// the speed of memory that is there, whichever program writes it. A file as large as what is about to be written,
/// written and deleted just before, leaves its pages behind for the next.
/// </summary>
internal static class WarmMemory
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Writes and deletes a file, and returns how fast it was written the second time, in MB/s; 0 for no bytes.</summary>
    public static double Make(int megabytes)
    {
        if (megabytes == 0)
        {
            return 0;
        }

        Write(megabytes);
        return Write(megabytes);
    }

    private static double Write(int megabytes)
    {
        var piece = new byte[PieceBytes];
        new Random(42).NextBytes(piece);
        var path = Path.Combine(Path.GetTempPath(), $"compat-load-{Environment.ProcessId}.warm");
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Delete, 0, FileOptions.DeleteOnClose);
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        for (var i = 0; i < megabytes; i++)
        {
            file.Write(piece);
        }

        return megabytes / System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
