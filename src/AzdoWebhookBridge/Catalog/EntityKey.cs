namespace AzdoWebhookBridge.Catalog;

/// <summary>Names one entity in one catalog.</summary>
/// <param name="Target">The catalog: <c>port</c> or <c>konnect</c>.</param>
/// <param name="Blueprint">Port's blueprint; for Konnect always <c>resource_mapping</c>.</param>
/// <param name="Identifier">
/// The identifier within the blueprint. For Konnect the repository id. An entity that Port finds by search has the
/// canonical JSON text of its search object here, which cannot clash: no valid identifier begins with <c>{</c>.
/// </param>
internal readonly record struct EntityKey(string Target, string Blueprint, string Identifier)
{
    public override string ToString() => $"{Target}/{Blueprint}/{Identifier}";
}
