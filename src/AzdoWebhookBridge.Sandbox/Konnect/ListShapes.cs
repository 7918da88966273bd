namespace AzdoWebhookBridge.Sandbox.Konnect;

/// <summary>The fields that Konnect's lists know.</summary>
internal static class ListShapes
{
    public static ListShape Integrations { get; } = new(
        new Dictionary<string, FilterKind>(StringComparer.Ordinal) { ["name"] = FilterKind.Text, ["display_name"] = FilterKind.Text },
        ["display_name", "name"],
        "display_name");

    public static ListShape Instances { get; } = new(
        new Dictionary<string, FilterKind>(StringComparer.Ordinal)
        {
            ["name"] = FilterKind.Text,
            ["display_name"] = FilterKind.Text,
            ["integration.name"] = FilterKind.Text,
            ["integration.display_name"] = FilterKind.Text,
            ["authorized"] = FilterKind.Boolean,
            ["labels"] = FilterKind.TextMap,
            ["created_at"] = FilterKind.Time,
            ["updated_at"] = FilterKind.Time,
        },
        ["display_name", "name", "created_at", "updated_at", "integration.display_name"],
        "integration.display_name");

    public static ListShape Services { get; } = new(
        new Dictionary<string, FilterKind>(StringComparer.Ordinal)
        {
            ["id"] = FilterKind.Uuid,
            ["name"] = FilterKind.Text,
            ["display_name"] = FilterKind.Text,
            ["custom_fields"] = FilterKind.TextMap,
            ["labels"] = FilterKind.TextMap,
            ["created_at"] = FilterKind.Time,
            ["updated_at"] = FilterKind.Time,
        },
        ["display_name", "name", "created_at", "updated_at"],
        "display_name");

    public static ListShape Resources { get; } = new(
        new Dictionary<string, FilterKind>(StringComparer.Ordinal)
        {
            ["id"] = FilterKind.Exact,
            ["name"] = FilterKind.Text,
            ["integration.name"] = FilterKind.Text,
            ["integration.display_name"] = FilterKind.Text,
            ["integration.instance.id"] = FilterKind.Uuid,
            ["integration.instance.name"] = FilterKind.Text,
            ["integration.instance.display_name"] = FilterKind.Text,
            ["type"] = FilterKind.Exact,
            ["config"] = FilterKind.Map,
            ["integration_data"] = FilterKind.Map,
            ["archived"] = FilterKind.Boolean,
            ["service_associations"] = FilterKind.Number,
            ["created_at"] = FilterKind.Time,
            ["updated_at"] = FilterKind.Time,
        },
        ["created_at", "updated_at"],
        "created_at desc");

    /// <summary>The resources of a service: the same without <c>archived</c>, because an archived one has no services.</summary>
    public static ListShape ServiceResources { get; } = Resources with
    {
        Fields = Resources.Fields.Where(pair => pair.Key != "archived").ToDictionary(StringComparer.Ordinal),
    };

    public static ListShape Mappings { get; } = new(
        new Dictionary<string, FilterKind>(StringComparer.Ordinal)
        {
            ["resource.id"] = FilterKind.Exact,
            ["resource.name"] = FilterKind.Text,
            ["resource.type"] = FilterKind.Text,
            ["resource.config"] = FilterKind.Map,
            ["resource.integration.name"] = FilterKind.Text,
            ["resource.integration.display_name"] = FilterKind.Text,
            ["resource.integration.instance.id"] = FilterKind.Uuid,
            ["resource.integration.instance.name"] = FilterKind.Text,
            ["resource.integration.instance.display_name"] = FilterKind.Text,
            ["service.id"] = FilterKind.Exact,
            ["service.name"] = FilterKind.Text,
            ["service.display_name"] = FilterKind.Text,
            ["created_at"] = FilterKind.Time,
        },
        ["created_at"],
        "created_at desc");
}
