using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>Decides ControllerRegistration (KIP-919) and UnregisterController: what controllers say of themselves.</summary>
internal static class ControllerRegistrations
{
    public static Decision<ControllerRegistrationResponse> Decide(ControllerTurn turn, ControllerRegistrationRequest request)
    {
        if (!turn.MetadataVersion.HasControllerRegistration)
        {
            return Decision<ControllerRegistrationResponse>.Unchanged(Failure(new ApiError(
                ErrorCode.UnsupportedVersion, "The current MetadataVersion is too old to support controller registrations.")));
        }
        var record = new RegisterControllerRecord
        {
            ControllerId = request.ControllerId,
            IncarnationId = request.IncarnationId,
            EndPoints = [.. request.Listeners.Select(listener => new RegisterControllerRecord.ControllerEndpoint
            {
                Name = listener.Name,
                Host = listener.Host,
                Port = listener.Port,
                SecurityProtocol = listener.SecurityProtocol,
            })],
            Features = [.. request.Features.Select(feature => new RegisterControllerRecord.ControllerFeature
            {
                Name = feature.Name,
                MinSupportedVersion = feature.MinSupportedVersion,
                MaxSupportedVersion = feature.MaxSupportedVersion,
            })],
        };
        return new Decision<ControllerRegistrationResponse>([new MetadataRecord(record, 0)], new ControllerRegistrationResponse { ErrorMessage = null });
    }

    public static Decision<UnregisterControllerResponse> Decide(ControllerTurn turn, UnregisterControllerRequest request)
    {
        ApiError error = !turn.MetadataVersion.HasControllerUnregistration
            ? new ApiError(ErrorCode.UnsupportedVersion, "The current MetadataVersion is too old to support controller unregistration.")
            : !turn.Image.Cluster.Controllers.ContainsKey(request.ControllerId)
                ? new ApiError(ErrorCode.ControllerIdNotRegistered, $"Controller ID {request.ControllerId} is not currently registered.")
                : ApiError.None;
        return error.IsError
            ? Decision<UnregisterControllerResponse>.Unchanged(UnregisterFailure(error))
            : new Decision<UnregisterControllerResponse>(
                [new MetadataRecord(new UnregisterControllerRecord { ControllerId = request.ControllerId }, 0)],
                new UnregisterControllerResponse { ErrorMessage = null });
    }

    /// <summary>The answer that fails a registration.</summary>
    public static ControllerRegistrationResponse Failure(ApiError error) => new() { ErrorCode = error.Code, ErrorMessage = error.Message };

    /// <summary>The answer that fails a removal.</summary>
    public static UnregisterControllerResponse UnregisterFailure(ApiError error) => new() { ErrorCode = error.Code, ErrorMessage = error.Message };
}
