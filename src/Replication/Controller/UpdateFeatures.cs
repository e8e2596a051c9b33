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
    private readonly short _kraftVersion;
    private readonly List<MetadataRecord> _records = [];

    private UpdateFeatures(ControllerTurn turn, short kraftVersion)
    {
        _turn = turn;
        _kraftVersion = kraftVersion;
    }

    /// <param name="turn">The turn.</param>
    /// <param name="kraftVersion">The level of kraft.version, which the quorum keeps.</param>
    /// <param name="request">The request.</param>
    /// <param name="version">Its version; up to 1 the answer names every feature.</param>
    public static Decision<UpdateFeaturesResponse> Decide(
        ControllerTurn turn, short kraftVersion, UpdateFeaturesRequest request, short version) =>
        new UpdateFeatures(turn, kraftVersion).Decide(request, version);

    /// <summary>The answer that fails the request.</summary>
    public static UpdateFeaturesResponse Failure(ApiError error) =>
        new() { ErrorCode = error.Code, ErrorMessage = error.Message };

    private Decision<UpdateFeaturesResponse> Decide(UpdateFeaturesRequest request, short version)
    {
        foreach (UpdateFeaturesRequest.FeatureUpdateKey update in request.FeatureUpdates)
        {
            // Version 0 has a flag in place of the type.
            sbyte type = version == 0 && update.AllowDowngrade ? SafeDowngrade : update.UpgradeType;
            if (Update(update.Feature, update.MaxVersionLevel, type) is { } problem)
            {
                return Decision<UpdateFeaturesResponse>.Unchanged(Failure(new ApiError(
                    ErrorCode.InvalidUpdateVersion,
                    $"The update failed for all features since the following feature had an error: {problem}")));
            }
        }
        var response = new UpdateFeaturesResponse();
        if (version <= 1)
        {
            response.Results.AddRange(request.FeatureUpdates.Select(update =>
                new UpdateFeaturesResponse.UpdatableFeatureResult { Feature = update.Feature }));
        }
        return new Decision<UpdateFeaturesResponse>(request.ValidateOnly ? [] : _records, response);
    }

    private string? Update(string feature, short level, sbyte type)
    {
        short current = feature == FeatureCatalog.KRaftVersion ? _kraftVersion : _turn.Image.Features.LevelOf(feature);
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
            _records.Add(new MetadataRecord(new FeatureLevelRecord { Name = feature, FeatureLevel = level }, 0));
        }
        return null;
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
        return reason;
    }

    private static VersionRange? RangeOf(IReadOnlyDictionary<string, VersionRange> features, string feature) =>
        features.TryGetValue(feature, out VersionRange range) ? range : null;

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
