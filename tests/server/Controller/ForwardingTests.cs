using System.Buffers;
using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Replication.Quorum;
using Compat.Server.Configuration;
using Compat.Server.Forwarding;
using Compat.Server.Handlers;
using Compat.Server.Hosting;
using Compat.Server.Peers;
using Compat.Server.Tests.Configuration;
using Compat.Server.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Controller;

/// <summary>A broker whose controller is another node sends it what clients ask for, in envelopes.</summary>
public class ForwardingTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(7)]
    public async Task A_request_is_carried_out_by_the_active_controller_and_answered_in_its_version(short version)
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync();
        await using Broker2 broker = new(fixture, fixture.Node.Broker.ControllerListeners[0].Port);
        CreateTopicsResponse? response = await broker.CreateTopics.HandleAsync(
            new() { Topics = [new() { Name = "t", NumPartitions = 3, ReplicationFactor = 1 }] }, TestMetadata.Request(ApiKey.CreateTopics, version));
        Assert.Equal(("t", ErrorCode.None), (response!.Topics[0].Name, response.Topics[0].ErrorCode));
        Assert.Equal(version >= 5 ? 3 : -1, response.Topics[0].NumPartitions);
        Assert.Equal(version >= 7, response.Topics[0].TopicId != Uuid.Zero);
        Assert.Equal(3, fixture.Image.Topics.PartitionCount);
    }

    [Fact]
    public async Task Without_a_controller_the_client_is_told_to_try_again()
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync();
        await using Broker2 broker = new(fixture, port: null);
        CreateTopicsResponse? response = await broker.CreateTopics.HandleAsync(
            new() { Topics = [new() { Name = "t", NumPartitions = 1, ReplicationFactor = 1 }] }, TestMetadata.Request(ApiKey.CreateTopics, 7));
        Assert.Equal(ErrorCode.NotController, response!.Topics[0].ErrorCode);
        Assert.Equal(0, fixture.Image.Topics.Count);
    }

    [Fact]
    public async Task An_envelope_has_the_answer_to_the_request_in_it_with_the_number_of_the_client()
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync();
        EnvelopeResponse response = await AskAsync(fixture, Envelope(ApiKey.UnregisterBroker, 0, new UnregisterBrokerRequest { BrokerId = 8 }));
        Assert.Equal(ErrorCode.None, response.ErrorCode);
        var reader = new WireReader(response.ResponseData!.Value);
        Assert.Equal(77, ResponseHeader.Read(ref reader, ApiKey.UnregisterBroker, 0).CorrelationId);
        Assert.Equal(ErrorCode.BrokerIdNotRegistered, UnregisterBrokerResponse.Read(ref reader, 0).ErrorCode);
        Assert.True(reader.IsAtEnd);
    }

    [Fact]
    public async Task What_is_wrong_with_an_envelope_is_said_by_itself()
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync();
        EnvelopeRequest good = Envelope(ApiKey.UnregisterBroker, 0, new UnregisterBrokerRequest { BrokerId = 8 });
        Assert.Equal(ErrorCode.InvalidRequest, (await AskAsync(fixture, With(good, address: new byte[5]))).ErrorCode);
        Assert.Equal(ErrorCode.PrincipalDeserializationFailure, (await AskAsync(fixture, With(good, principal: new byte[] { 0, 0, 9 }))).ErrorCode);
        Assert.Equal(ErrorCode.UnsupportedVersion, (await AskAsync(fixture, With(good, data: new byte[] { 0 }))).ErrorCode);
        Assert.Equal(ErrorCode.UnsupportedVersion, (await AskAsync(fixture, With(good, data: good.RequestData[..^3]))).ErrorCode);
        Assert.Equal(ErrorCode.InvalidRequest, (await AskAsync(fixture, Envelope(ApiKey.ApiVersions, 3, new ApiVersionsRequest()))).ErrorCode);
    }

    private static Task<EnvelopeResponse> AskAsync(ControllerFixture fixture, EnvelopeRequest request) =>
        fixture.Controller.AskAsync<EnvelopeRequest, EnvelopeResponse>(request, 0);

    private static EnvelopeRequest With(
        EnvelopeRequest request, ReadOnlyMemory<byte>? data = null, ReadOnlyMemory<byte>? principal = null, ReadOnlyMemory<byte>? address = null) => new()
        {
            RequestData = data ?? request.RequestData,
            RequestPrincipal = principal ?? request.RequestPrincipal,
            ClientHostAddress = address ?? request.ClientHostAddress,
        };

    private static EnvelopeRequest Envelope(ApiKey key, short version, IWireMessage request)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        new RequestHeader(key, version, 77, "client").Write(ref writer);
        request.Write(ref writer, version);
        writer.Flush();
        return new EnvelopeRequest
        {
            RequestData = output.WrittenMemory,
            RequestPrincipal = ForwardedPrincipal.Anonymous,
            ClientHostAddress = new byte[] { 127, 0, 0, 1 },
        };
    }

    /// <summary>The forwarding side of a node whose controller is never the active one.</summary>
    private sealed class Broker2 : IAsyncDisposable
    {
        private readonly QuorumController _inactive;
        private readonly SocketChannelDialer _dialer = new(new SocketOptions(-1, -1, 10));
        private readonly ControllerChannel _channel;

        public Broker2(ControllerFixture fixture, int? port)
        {
            BrokerParts parts = fixture.Node.Broker.Parts;
            _inactive = new QuorumController(
                new ControllerOptions { NodeId = 2, ClusterId = parts.ClusterId }, parts.Quorum, parts.Loader, new ConfigValidator(parts.Config), TimeProvider.System, new Random(1));
            var peers = new PeerNetwork(_dialer, new PeerOptions { ClientId = "2", SoftwareVersion = "1.0" }, TimeProvider.System);
            _channel = new ControllerChannel(
                _inactive,
                () => new LeaderAndEpoch(1, 1),
                _ => port is { } known ? new BrokerEndpoint("CONTROLLER", "127.0.0.1", known, 0) : null,
                peers);
            TimeSpan patience = port is null ? TimeSpan.FromMilliseconds(1) : TimeSpan.FromSeconds(30);
            CreateTopics = new ForwardingHandler<CreateTopicsRequest, CreateTopicsResponse>(
                new CreateTopicsHandler(_inactive), new Forwarder(_inactive, _channel, patience, TimeProvider.System));
        }

        public ApiHandler<CreateTopicsRequest, CreateTopicsResponse> CreateTopics { get; }

        public async ValueTask DisposeAsync()
        {
            await _channel.DisposeAsync();
            _dialer.Dispose();
            _inactive.Dispose();
        }
    }
}
