using System.Collections.Immutable;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>
/// Decides BrokerRegistration (KIP-631). A new process of a broker gets a new broker epoch, the offset of its registration, and
/// begins fenced: what its former process led is led by others, or by nobody until the broker has caught up. The same
/// process may register again to change what it says of itself.
/// </summary>
internal sealed class RegisterBroker
{
    private readonly ControllerTurn _turn;
    private readonly BrokerRegistrationRequest _request;
    private readonly BrokerRegistration? _existing;

    private RegisterBroker(ControllerTurn turn, BrokerRegistrationRequest request)
    {
        _turn = turn;
        _request = request;
        _existing = turn.Image.Cluster.Brokers.GetValueOrDefault(request.BrokerId);
    }

    /// <param name="turn">The turn.</param>
    /// <param name="request">The request.</param>
    /// <param name="version">Its version; from 3 on it says how the former process ended.</param>
    public static Decision<BrokerRegistrationResponse> Decide(ControllerTurn turn, BrokerRegistrationRequest request, short version)
    {
        var decision = new RegisterBroker(turn, request);
        ErrorCode error = decision.Check();
        return error == ErrorCode.None
            ? decision.Register(version)
            : Decision<BrokerRegistrationResponse>.Unchanged(new BrokerRegistrationResponse { ErrorCode = error });
    }

    private ErrorCode Check() =>
        _request.ClusterId != _turn.Options.ClusterId ? ErrorCode.InconsistentClusterId
        : IsAnotherAlive() ? ErrorCode.DuplicateBrokerRegistration
        : _request.IsMigratingZkBroker ? ErrorCode.BrokerIdNotRegistered
        : _turn.MetadataVersion.HasDirectories && !AreDirectoriesValid() ? ErrorCode.InvalidRegistration
        : !_request.Features.Any(feature => feature.Name == MetadataVersion.FeatureName) ? ErrorCode.InvalidRegistration
        : !AreFeaturesSupported() ? ErrorCode.UnsupportedVersion
        : ErrorCode.None;

    /// <summary>
    /// A controller only supposes after its election that the brokers live. Whoever has one of the former process's log
    /// directories has their locks, too, so that process has ended.
    /// </summary>
    private bool IsAnotherAlive()
    {
        if (_existing is null || _existing.IncarnationId == _request.IncarnationId)
        {
            return false;
        }
        bool isInSession = _turn.Sessions.Of(_existing.Id, _existing.Epoch) is { } session
            && _turn.Now <= session.LastContact + _turn.Options.SessionTimeout
            && !(session.IsSupposed && _existing.Directories.Any(_request.LogDirs.Contains));
        return isInSession;
    }

    private bool AreDirectoriesValid() =>
        _request.LogDirs.Count > 0
        && !_request.LogDirs.Any(DirectoryIds.IsReserved)
        && _request.LogDirs.Distinct().Count() == _request.LogDirs.Count
        && !_turn.Image.Cluster.Brokers.Values.Any(other =>
            other.Id != _request.BrokerId && other.Directories.Any(_request.LogDirs.Contains));

    /// <summary>The broker has to support the level of every feature that is on, and may not ask for one that is off.</summary>
    private bool AreFeaturesSupported()
    {
        FeaturesImage finalized = _turn.Image.Features;
        short LevelOf(string feature) => feature switch
        {
            FeatureCatalog.KRaftVersion => _turn.KRaftVersion,
            MetadataVersion.FeatureName => finalized.EffectiveMetadataVersion.Level,
            _ => finalized.LevelOf(feature),
        };

        return _request.Features.All(feature =>
                new VersionRange(feature.MinSupportedVersion, feature.MaxSupportedVersion).Contains(LevelOf(feature.Name)))
            && finalized.Finalized.Keys.All(name => _request.Features.Any(feature => feature.Name == name));
    }

    private Decision<BrokerRegistrationResponse> Register(short version)
    {
        bool isSameProcess = _existing?.IncarnationId == _request.IncarnationId;
        var records = new List<MetadataRecord>();
        if (!isSameProcess)
        {
            bool isClean = version >= 3 && _existing?.Epoch == _request.PreviousBrokerEpoch;
            records.AddRange(BrokerChanges.EndIncarnation(_turn, _request.BrokerId, isClean));
        }
        // The registration comes last: if the records are split and the rest is lost, the broker registers again.
        long epoch = isSameProcess ? _existing!.Epoch : _turn.NextOffset + records.Count;
        records.Add(Describe(epoch, isSameProcess ? _existing : null).ToRecord(_turn.MetadataVersion));
        return new Decision<BrokerRegistrationResponse>(records, new BrokerRegistrationResponse { BrokerEpoch = epoch })
        {
            MayBeSplit = true,
            Sessions = isSameProcess ? null : _ => _turn.Sessions.Without(_request.BrokerId),
        };
    }

    private BrokerRegistration Describe(long epoch, BrokerRegistration? amended) => new()
    {
        Id = _request.BrokerId,
        Epoch = epoch,
        IncarnationId = _request.IncarnationId,
        Endpoints =
        [
            .. _request.Listeners.Select(listener =>
                new BrokerEndpoint(listener.Name, listener.Host, listener.Port, (short)listener.SecurityProtocol)),
        ],
        Features = _request.Features.ToImmutableSortedDictionary(
            feature => feature.Name,
            feature => new VersionRange(feature.MinSupportedVersion, feature.MaxSupportedVersion),
            StringComparer.Ordinal),
        Rack = _request.Rack,
        Fenced = amended?.Fenced ?? true,
        InControlledShutdown = amended?.InControlledShutdown ?? false,
        Directories = [.. _request.LogDirs],
    };
}
