namespace AzdoWebhookBridge.Mapping;

/// <summary>The catalogs that rules write to, as entity keys name them.</summary>
internal static class MappingTargets
{
    public const string Port = "port";

    public const string Konnect = "konnect";

    /// <summary>Konnect's entities are of one kind: which service a repository belongs to.</summary>
    public const string KonnectBlueprint = "resource_mapping";
}
