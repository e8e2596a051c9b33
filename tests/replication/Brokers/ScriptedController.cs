using Compat.Replication.Controller;
using Compat.Replication.Peers;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Tests.Brokers;

/// <summary>A controller that answers as a test says, and remembers what it was asked.</summary>
internal sealed class ScriptedController : IControllerChannel
{
    private readonly Lock _gate = new();
    private readonly List<BrokerRegistrationRequest> _registrations = [];
    private readonly List<BrokerHeartbeatRequest> _heartbeats = [];

    public bool IsDown { get; set; }

    public Func<BrokerRegistrationResponse> OnRegistration { get; set; } = () => new() { BrokerEpoch = 7 };

    public Func<BrokerHeartbeatRequest, BrokerHeartbeatResponse> OnHeartbeat { get; set; } = _ => new() { IsCaughtUp = true, IsFenced = false };

    public short HeartbeatVersion { get; set; } = 2;

    public BrokerRegistrationRequest[] Registrations
    {
        get
        {
            lock (_gate)
            {
                return [.. _registrations];
            }
        }
    }

    public BrokerHeartbeatRequest[] Heartbeats
    {
        get
        {
            lock (_gate)
            {
                return [.. _heartbeats];
            }
        }
    }

    public int Attempts { get; private set; }

    public ValueTask<PeerAnswer<TResponse>> SendAsync<TResponse>(PeerRequest<TResponse> request, CancellationToken cancellation = default)
        where TResponse : class, IWireMessage<TResponse>
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
        {
            Attempts++;
            if (IsDown)
            {
                return new(PeerAnswer<TResponse>.Failed(PeerFailure.Unreachable, "down"));
            }
        }
        short version = request.Key == ApiKey.BrokerHeartbeat ? HeartbeatVersion : request.MaxVersion;
        return new(PeerAnswer<TResponse>.Of((TResponse)Answer(request.Build(version)), version));
    }

    private object Answer(object request)
    {
        switch (request)
        {
            case BrokerRegistrationRequest registration:
                lock (_gate)
                {
                    _registrations.Add(registration);
                }
                return OnRegistration();
            case BrokerHeartbeatRequest heartbeat:
                lock (_gate)
                {
                    _heartbeats.Add(heartbeat);
                }
                return OnHeartbeat(heartbeat);
            default:
                throw new InvalidOperationException();
        }
    }
}
