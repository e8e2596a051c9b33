using System.Buffers;
using System.Net;
using Compat.Replication.Controller;
using Compat.Server.Forwarding;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// Envelope, v0: carries out what a client asked another broker for (KIP-590). The request inside is answered as if the client had
/// come here; what is wrong with the envelope itself is an error of its own, and NOT_CONTROLLER makes the broker look for
/// the active controller.
/// </summary>
public sealed class EnvelopeHandler : ApiHandler<EnvelopeRequest, EnvelopeResponse>
{
    private readonly QuorumController _controller;
    private readonly Func<ApiHandlers> _handlers;

    /// <summary>Carries out requests by the handlers that <paramref name="handlers"/> has once all are made.</summary>
    internal EnvelopeHandler(QuorumController controller, Func<ApiHandlers> handlers)
    {
        _controller = controller;
        _handlers = handlers;
    }

    /// <inheritdoc/>
    public override async ValueTask<EnvelopeResponse?> HandleAsync(EnvelopeRequest request, RequestContext context)
    {
        if (!_controller.IsActive)
        {
            return Failed(ErrorCode.NotController);
        }

        if (request.ClientHostAddress.Length is not (4 or 16))
        {
            return Failed(ErrorCode.InvalidRequest);
        }

        if (!ForwardedPrincipal.IsValid(request.RequestPrincipal))
        {
            return Failed(ErrorCode.PrincipalDeserializationFailure);
        }

        return await CarryOutAsync(request, context);
    }

    private async ValueTask<EnvelopeResponse> CarryOutAsync(EnvelopeRequest request, RequestContext context)
    {
        if (ReadHeader(request.RequestData, out ReadOnlyMemory<byte> body) is not { } header)
        {
            return Failed(ErrorCode.UnsupportedVersion);
        }

        if (!ForwardedApis.Contains(header.Key))
        {
            return Failed(ErrorCode.InvalidRequest);
        }

        if (_handlers().Find((short)header.Key) is not { } handler || header.Version < handler.MinVersion || header.Version > handler.MaxVersion)
        {
            return Failed(ErrorCode.UnsupportedVersion);
        }

        var owner = new ForwardedRequest(context.ConnectionClosed);
        RequestContext inner = Inner(header, request.ClientHostAddress.Span, context, owner);
        try
        {
            handler.Start(body, inner);
        }
        catch (WireFormatException)
        {
            return Failed(ErrorCode.UnsupportedVersion);
        }

        await owner.Completed;
        var output = new ArrayBufferWriter<byte>();
        handler.Write(inner, output);
        return new EnvelopeResponse { ResponseData = output.WrittenMemory };
    }

    private static RequestHeader? ReadHeader(ReadOnlyMemory<byte> data, out ReadOnlyMemory<byte> body)
    {
        try
        {
            var reader = new WireReader(data);
            RequestHeader header = RequestHeader.Read(ref reader);
            body = reader.PeekRemaining();
            return header;
        }
        catch (WireFormatException)
        {
            body = default;
            return null;
        }
    }

    private static RequestContext Inner(RequestHeader header, ReadOnlySpan<byte> address, RequestContext context, IRequestOwner owner)
    {
        var client = new ConnectionInfo(
            context.Connection.Id, context.Connection.ListenerName, context.Connection.LocalEndPoint, new IPEndPoint(new IPAddress(address), 0));
        return new RequestContext(client, header.Key, header.Version, header.CorrelationId, header.ClientId, owner);
    }

    private static EnvelopeResponse Failed(ErrorCode error) => new() { ErrorCode = error };
}
