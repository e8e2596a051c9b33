using System.Buffers;
using Compat.Replication.Controller;
using Compat.Replication.Peers;
using Compat.Server.Handlers;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Forwarding;

/// <summary>
/// Sends clients' requests to the active controller in envelopes (KIP-590), and looks for it anew for as long as nobody is. Like
/// Kafka's brokers it sends a request again if the connection broke before the answer.
/// </summary>
internal sealed class Forwarder
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly QuorumController _local;
    private readonly IControllerChannel _controller;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;

    /// <summary>Makes a forwarder.</summary>
    /// <param name="local">This node's controller.</param>
    /// <param name="controller">The way to the active one.</param>
    /// <param name="patience">The most that a request may take: request.timeout.ms of an ordinary client.</param>
    /// <param name="time">For pauses and the patience.</param>
    public Forwarder(QuorumController local, IControllerChannel controller, TimeSpan patience, TimeProvider time)
    {
        _local = local;
        _controller = controller;
        _patience = patience;
        _time = time;
    }

    /// <summary>True if this node's controller is the active one, so that nothing needs to be sent.</summary>
    public bool IsLocal => _local.IsActive;

    /// <summary>
    /// Asks the active controller. Null if none was found in time, or if it became this node's meanwhile: the caller then
    /// carries the request out itself.
    /// </summary>
    public async ValueTask<TResponse?> SendAsync<TRequest, TResponse>(TRequest request, RequestContext context)
        where TRequest : class, IWireMessage<TRequest>, IRequest
        where TResponse : class, IWireMessage<TResponse>
    {
        var envelope = new EnvelopeRequest
        {
            RequestData = Encode(request, context),
            RequestPrincipal = ForwardedPrincipal.Anonymous,
            ClientHostAddress = context.Connection.RemoteEndPoint.Address.GetAddressBytes(),
        };
        long start = _time.GetTimestamp();
        while (!IsLocal && _time.GetElapsedTime(start) is var elapsed && elapsed < _patience)
        {
            using PeerAnswer<EnvelopeResponse> answer = await _controller.SendAsync(
                PeerRequest.Of(envelope, _patience - elapsed), context.ConnectionClosed);
            if (answer.IsAnswered && answer.Response is { ErrorCode: ErrorCode.None, ResponseData: { } data })
            {
                return Decode<TResponse>(data, TRequest.Key, context.ApiVersion);
            }

            if (answer.IsAnswered && answer.Response.ErrorCode != ErrorCode.NotController)
            {
                context.CloseConnection($"the controller cannot carry out its {TRequest.Key} v{context.ApiVersion}: {answer.Response.ErrorCode}");
                return null;
            }

            await Task.Delay(Pause, _time, context.ConnectionClosed);
        }

        return null;
    }

    private static ReadOnlyMemory<byte> Encode<TRequest>(TRequest request, RequestContext context)
        where TRequest : class, IWireMessage<TRequest>, IRequest
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        new RequestHeader(TRequest.Key, context.ApiVersion, context.CorrelationId, context.ClientId).Write(ref writer);
        request.Write(ref writer, context.ApiVersion);
        writer.Flush();
        return output.WrittenMemory;
    }

    private static TResponse Decode<TResponse>(ReadOnlyMemory<byte> data, ApiKey key, short version)
        where TResponse : class, IWireMessage<TResponse>
    {
        // The frame of the answer goes back to its pool before the client's answer is encoded.
        var reader = new WireReader(data.ToArray());
        ResponseHeader.Read(ref reader, key, version);
        return TResponse.Read(ref reader, version);
    }
}
