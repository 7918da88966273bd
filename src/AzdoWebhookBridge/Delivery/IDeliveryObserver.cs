namespace AzdoWebhookBridge.Delivery;

/// <summary>Told of every answered batch; metrics listen.</summary>
internal interface IDeliveryObserver
{
    void Delivered(string target, IReadOnlyList<DeliveryOutcome> outcomes, TimeSpan duration);
}
