using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>Decides UpdateFeatures (KIP-584): all updates of a request happen, or none.</summary>
internal sealed class UpdateFeatures
{
    private const sbyte Upgrade = 1;
    private const sbyte SafeDowngrade = 2;
    private const sbyte UnsafeDowngrade = 3;

    private readonly ControllerTurn _turn;
    private readonly List<MetadataRecord> _records = [];

    private UpdateFeatures(ControllerTurn turn) => _turn = turn;

    /// <param name="turn">The turn.</param>
    /// <param name="request">The request.</param>
    /// <param name="version">Its version; up to 1 the answer names every feature.</param>
    public static Decision<UpdateFeaturesResponse> Decide(ControllerTurn turn, UpdateFeaturesRequest request, short version) =>
        new UpdateFeatures(turn).Decide(request, version);

    /// <summary>The answer that fails the request.</summary>
    public static UpdateFeaturesResponse Failure(ApiError error) =>
        new() { ErrorCode = error.Code, ErrorMessage = error.Message };

    private Decision<UpdateFeaturesResponse> Decide(UpdateFeaturesRequest request, short version)
    {
        foreach (UpdateFeaturesRequest.FeatureUpdateKey update in request.FeatureUpdates)
        {
            // Version 0 has a flag in place of the type.
            sbyte type = version == 0 && update.AllowDowngrade ? SafeDowngrade : update.UpgradeType;
            string? problem = Update(update.Feature, update.MaxVersionLevel, type) ?? ProblemWithDependency(update, request);
            if (problem is not null)
            {
                return Decision<UpdateFeaturesResponse>.Unchanged(Failure(new ApiError(
                    ErrorCode.InvalidUpdateVersion,
                    $"The update failed for all features since the following feature had an error: {problem}")));
            }
        }
        var response = new UpdateFeaturesResponse { ErrorMessage = null };
        if (version <= 1)
        {
            response.Results.AddRange(request.FeatureUpdates.Select(update =>
                new UpdateFeaturesResponse.UpdatableFeatureResult { Feature = update.Feature, ErrorMessage = null }));
        }
        return new Decision<UpdateFeaturesResponse>(request.ValidateOnly ? [] : _records, response);
    }

    private string? Update(string feature, short level, sbyte type)
    {
        short current = feature == FeatureCatalog.KRaftVersion ? _turn.KRaftVersion : _turn.Image.Features.LevelOf(feature);
        string? problem = ProblemWith(feature, level, current, type);
        if (problem is not null)
        {
            return $"Invalid update version {level} for feature {feature}. {problem}";
        }
        if (feature == MetadataVersion.FeatureName && level < current)
        {
            problem = ProblemWithMetadataDowngrade(new MetadataVersion(current), new MetadataVersion(level), type);
            if (problem is not null)
            {
                return $"Unsupported metadata.version downgrade from {current} to {level}. {problem}";
            }
        }
        if (level != current)
        {
            _records.AddRange(RecordsOf(feature, level));
        }
        return null;
    }

    private IEnumerable<MetadataRecord> RecordsOf(string feature, short level)
    {
        var record = new MetadataRecord(new FeatureLevelRecord { Name = feature, FeatureLevel = level }, 0);
        return feature != FeatureCatalog.EligibleLeaderReplicas ? [record]
            : level > 0 ? [.. EligibleReplicaConfigs.RecordsToEnable(_turn), record]
            : [new MetadataRecord(new ClearElrRecord { TopicName = "" }, 0), record];
    }

    private string? ProblemWith(string feature, short level, short current, sbyte type)
    {
        if (type is not (Upgrade or SafeDowngrade or UnsafeDowngrade))
        {
            return "The controller does not support the given upgrade type.";
        }
        if (level < 0)
        {
            return "A feature version cannot be less than 0.";
        }
        if (ReasonNotSupported(feature, level) is { } reason)
        {
            return reason;
        }
        if (level < current && type == Upgrade)
        {
            return "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade.";
        }
        if (level > current && type != Upgrade)
        {
            return "Can't downgrade to a newer version.";
        }
        return feature == FeatureCatalog.KRaftVersion && level != current
            ? "The voters of this quorum are kept in its log, which only kraft.version 1 can do."
            : null;
    }

    private string? ReasonNotSupported(string feature, short level)
    {
        string? Check(string who, VersionRange? range) => range switch
        {
            null when level == 0 => null,
            null => $"{who} does not support this feature.",
            { } supported when supported.Contains(level) => null,
            { } supported => $"{who} only supports versions {supported}",
        };

        string? reason = Check("Local controller " + _turn.Options.NodeId, RangeOf(FeatureCatalog.Supported, feature));
        foreach (BrokerRegistration broker in _turn.Image.Cluster.Brokers.Values)
        {
            reason ??= Check("Broker " + broker.Id, RangeOf(broker.Features, feature));
        }
        foreach (int controller in _turn.MetadataVersion.HasControllerRegistration ? OtherControllers() : [])
        {
            reason ??= _turn.Image.Cluster.Controllers.TryGetValue(controller, out RegisterControllerRecord? registration)
                ? Check("Controller " + controller, RangeOf(registration, feature))
                : $"controller {controller} has not registered, and may not support this feature";
        }
        return reason;
    }

    private IEnumerable<int> OtherControllers() =>
        _turn.Image.Cluster.Controllers.Keys.Union(_turn.Voters).Where(id => id != _turn.Options.NodeId);

    private static VersionRange? RangeOf(RegisterControllerRecord controller, string feature)
    {
        RegisterControllerRecord.ControllerFeature? found = controller.Features.FirstOrDefault(each => each.Name == feature);
        return found is null ? null : new VersionRange(found.MinSupportedVersion, found.MaxSupportedVersion);
    }

    private static VersionRange? RangeOf(IReadOnlyDictionary<string, VersionRange> features, string feature) =>
        features.TryGetValue(feature, out VersionRange range) ? range : null;

    private string? ProblemWithDependency(UpdateFeaturesRequest.FeatureUpdateKey update, UpdateFeaturesRequest request)
    {
        short metadataLevel = request.FeatureUpdates.FirstOrDefault(other => other.Feature == MetadataVersion.FeatureName)?.MaxVersionLevel
            ?? _turn.MetadataVersion.Level;
        return update.Feature == FeatureCatalog.EligibleLeaderReplicas
            && update.MaxVersionLevel > 0
            && !new MetadataVersion(metadataLevel).HasEligibleLeaderReplicas
            ? $"{update.Feature} could not be set to {update.MaxVersionLevel} because it depends on a later {MetadataVersion.FeatureName} than {metadataLevel}."
            : null;
    }

    private static string? ProblemWithMetadataDowngrade(MetadataVersion current, MetadataVersion target, sbyte type)
    {
        if (!MetadataVersion.HasMetadataChanged(current, target))
        {
            return null;
        }
        return type == UnsafeDowngrade
            ? "Unsafe metadata downgrade is not supported in this version."
            : "Refusing to perform the requested downgrade because it might delete metadata information.";
    }
}
