using Compat.Server.Platform;
using Compat.Server.Transport;
using Compat.Wire;

namespace Compat.Server.Handlers;

/// <summary>
/// Reads the header of a request, finds what carries it out in that version, and starts it. A frame that is no request
/// that is known here ends its connection: there is no way to answer what cannot be read.
/// </summary>
internal sealed class RequestDispatcher : IRequestDispatcher
{
    private readonly ApiHandlers _handlers;
    private readonly TimeProvider _time;
    private readonly IRequestObserver? _observer;
    private readonly BurstWork _owed;

    public RequestDispatcher(ApiHandlers handlers, TimeProvider time, BurstWork owed, IRequestObserver? observer = null)
    {
        _owed = owed;
        _handlers = handlers;
        _time = time;
        _observer = observer;
    }

    public void BeginBurst() => _owed.Begin();

    public void EndBurst(long bytes) => _owed.End(bytes);

    public void Dispatch(Connection connection, Frame frame)
    {
        bool isAdmitted = false;
        try
        {
            var reader = new WireReader(frame.Memory);
            RequestHeader header = RequestHeader.Read(ref reader, connection.ClientId);
            if (Admit(connection, frame, header) is RequestContext context)
            {
                isAdmitted = true;
                Start(connection, context, reader.PeekRemaining());
            }
        }
        catch (WireFormatException e)
        {
            connection.Close($"its request cannot be read: {e.Message}");
        }
        finally
        {
            if (!isAdmitted)
            {
                frame.Buffer.Release();
            }
        }
    }

    private RequestContext? Admit(Connection connection, Frame frame, RequestHeader header)
    {
        ApiHandler? handler = _handlers.Find((short)header.Key);
        bool isSupported = handler is not null && header.Version >= handler.MinVersion && header.Version <= handler.MaxVersion;
        if (!isSupported && handler is not ApiVersionsHandler)
        {
            connection.Close($"it asked for {header.Key} v{header.Version}, which is not supported");
            return null;
        }

        // A client that asks for a newer ApiVersions than exists is answered in the oldest form (KIP-511).
        short version = isSupported ? header.Version : ApiVersionsHandler.FallbackVersion;
        var context = new RequestContext(connection.Info, header.Key, version, header.CorrelationId, header.ClientId, connection)
        {
            Frame = frame,
            Handler = handler,
            IsVersionSupported = isSupported,
            ReceivedAt = _time.GetTimestamp(),
            Observer = _observer,
        };
        connection.ClientId = header.ClientId;
        connection.Enqueue(context);
        return context;
    }

    private static void Start(Connection connection, RequestContext context, ReadOnlyMemory<byte> body)
    {
        if (!context.IsVersionSupported)
        {
            context.Complete(((ApiVersionsHandler)context.Handler!).AnswerUnsupportedVersion());
            return;
        }

        try
        {
            context.Handler!.Start(body, context);
        }
        catch (WireFormatException e)
        {
            connection.Close($"its {context.ApiKey} v{context.ApiVersion} request cannot be read: {e.Message}");
            context.Complete(null);
        }
    }
}
