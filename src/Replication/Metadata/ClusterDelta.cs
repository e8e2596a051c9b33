using Compat.Wire.Messages;

namespace Compat.Replication.Metadata;

/// <summary>Applies the records about nodes.</summary>
internal static class ClusterDelta
{
    /// <summary>The image after a record; the same one if the record is not about nodes.</summary>
    public static ClusterImage Apply(ClusterImage image, object record) => record switch
    {
        RegisterBrokerRecord register => image with
        {
            Brokers = image.Brokers.SetItem(register.BrokerId, BrokerRegistration.From(register)),
        },
        UnregisterBrokerRecord unregister => image with { Brokers = image.Brokers.Remove(unregister.BrokerId) },
        FenceBrokerRecord fence => Change(image, fence.Id, fence.Epoch, broker => broker with { Fenced = true }),
        UnfenceBrokerRecord unfence => Change(image, unfence.Id, unfence.Epoch, broker => broker with { Fenced = false }),
        BrokerRegistrationChangeRecord change =>
            Change(image, change.BrokerId, change.BrokerEpoch, broker => broker.Apply(change)),
        RegisterControllerRecord controller => image with
        {
            Controllers = image.Controllers.SetItem(controller.ControllerId, controller),
        },
        UnregisterControllerRecord controller => image with
        {
            Controllers = image.Controllers.Remove(controller.ControllerId),
        },
        _ => image,
    };

    private static ClusterImage Change(
        ClusterImage image,
        int brokerId,
        long epoch,
        Func<BrokerRegistration, BrokerRegistration> change)
    {
        if (!image.TryGetBroker(brokerId, out BrokerRegistration? broker) || broker.Epoch != epoch)
        {
            throw new MetadataException(
                $"A change of broker {brokerId} with epoch {epoch}, but the one registered has epoch {broker?.Epoch ?? -1}.");
        }
        return image with { Brokers = image.Brokers.SetItem(brokerId, change(broker)) };
    }
}
