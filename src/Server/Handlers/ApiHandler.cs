using System.Buffers;
using System.Buffers.Binary;
using Compat.Server.Transport;
using Compat.Wire;

namespace Compat.Server.Handlers;

/// <summary>What carries out one API, in a range of versions.</summary>
public abstract class ApiHandler
{
    private protected ApiHandler(ApiKey key, short minVersion, short maxVersion)
    {
        Key = key;
        MinVersion = minVersion;
        MaxVersion = maxVersion;
    }

    /// <summary>The API.</summary>
    public ApiKey Key { get; }

    /// <summary>The oldest version that is carried out.</summary>
    public short MinVersion { get; }

    /// <summary>The newest version that is carried out.</summary>
    public short MaxVersion { get; }

    /// <summary>The oldest version that ApiVersions tells clients; for Produce it is older than what is carried out (KAFKA-18659).</summary>
    public short AdvertisedMinVersion => Math.Min(MinVersion, ApiCatalog.Get(Key).AdvertisedMin);

    /// <summary>
    /// Decodes the request and starts carrying it out; completes or fails <paramref name="context"/> now or later.
    /// </summary>
    /// <exception cref="WireFormatException">The bytes are no such request. Nothing has been started.</exception>
    internal abstract void Start(ReadOnlyMemory<byte> body, RequestContext context);

    /// <summary>Writes the answer of a completed request, with its length and header, or nothing if there is none.</summary>
    internal abstract void Encode(RequestContext context, ResponseWriter output);

    /// <summary>Writes the answer of a completed request with its header; returns the number of bytes, 0 if there is none.</summary>
    internal abstract long Write(RequestContext context, IBufferWriter<byte> output);
}

/// <summary>What carries out one API.</summary>
/// <typeparam name="TRequest">The request, whose byte and record fields are slices of the received frame.</typeparam>
/// <typeparam name="TResponse">The answer.</typeparam>
public abstract class ApiHandler<TRequest, TResponse> : ApiHandler
    where TRequest : class, IWireMessage<TRequest>, IRequest
    where TResponse : class, IWireMessage<TResponse>
{
    private const int LengthBytes = 4;

    /// <summary>Carries out every version that the protocol has, but for one that may still change.</summary>
    protected ApiHandler()
        : this(ApiCatalog.Get(TRequest.Key).MinVersion, ApiCatalog.Get(TRequest.Key).LatestStableVersion)
    {
    }

    /// <summary>Carries out the versions from <paramref name="minVersion"/> to <paramref name="maxVersion"/>.</summary>
    protected ApiHandler(short minVersion, short maxVersion)
        : base(TRequest.Key, minVersion, maxVersion)
    {
    }

    /// <summary>
    /// Carries out <paramref name="request"/>. What runs before the first wait is the admission: it happens in the
    /// order in which a connection's requests arrive. The answer may come later and still leaves in that order; null
    /// means no answer. Errors of the protocol are fields of the answer; an exception closes the connection. Slices of
    /// the request are valid until the answer is encoded: what lives longer is copied.
    /// </summary>
    public abstract ValueTask<TResponse?> HandleAsync(TRequest request, RequestContext context);

    /// <inheritdoc/>
    internal sealed override void Start(ReadOnlyMemory<byte> body, RequestContext context)
    {
        var reader = new WireReader(body);
        TRequest request = TRequest.Read(ref reader, context.ApiVersion);
        ValueTask<TResponse?> handling;
        try
        {
            handling = HandleAsync(request, context);
            if (handling.IsCompletedSuccessfully)
            {
                context.Complete(handling.Result);
                return;
            }
        }
        catch (Exception e)
        {
            context.Fail(e);
            return;
        }

        _ = CompleteLaterAsync(handling, context);
    }

    /// <inheritdoc/>
    internal sealed override void Encode(RequestContext context, ResponseWriter output)
    {
        if (context.Response is null)
        {
            return;
        }

        Memory<byte> length = output.GetMemory(LengthBytes)[..LengthBytes];
        output.Advance(LengthBytes);
        BinaryPrimitives.WriteInt32BigEndian(length.Span, checked((int)Write(context, output)));
    }

    /// <inheritdoc/>
    internal sealed override long Write(RequestContext context, IBufferWriter<byte> output)
    {
        if (context.Response is not TResponse response)
        {
            return 0;
        }

        var writer = new WireWriter(output);
        new ResponseHeader(context.CorrelationId).Write(ref writer, Key, context.ApiVersion);
        response.Write(ref writer, context.ApiVersion);
        writer.Flush();
        return writer.BytesWritten;
    }

    private static async Task CompleteLaterAsync(ValueTask<TResponse?> handling, RequestContext context)
    {
        TResponse? response;
        try
        {
            response = await handling;
        }
        catch (Exception e)
        {
            context.Fail(e);
            return;
        }

        context.Complete(response);
    }
}
