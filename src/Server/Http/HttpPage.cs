namespace Compat.Server.Http;

/// <summary>What an HTTP listener answers for a path.</summary>
/// <param name="Status">The status line's number and text, for example <c>200 OK</c>.</param>
/// <param name="ContentType">The type of the body.</param>
/// <param name="WriteAsync">Writes the body.</param>
internal readonly record struct HttpPage(string Status, string ContentType, Func<Stream, CancellationToken, Task> WriteAsync)
{
    /// <summary>A page of text.</summary>
    public static HttpPage Text(string status, string text) =>
        new(status, "text/plain; charset=utf-8", (output, cancellation) => output.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), cancellation).AsTask());
}
