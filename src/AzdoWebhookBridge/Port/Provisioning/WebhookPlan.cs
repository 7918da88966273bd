using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Port.Provisioning;

/// <summary>What is to be done about the hosted webhook with our rules. Pure.</summary>
/// <param name="Action">What to do.</param>
/// <param name="Body">What to send; null when nothing is.</param>
/// <param name="Text">What would be done, for people.</param>
internal sealed record WebhookPlan(BlueprintAction Action, JsonObject? Body, string Text)
{
    /// <summary>As Port's own guide calls it.</summary>
    public const string Identifier = "azure_devops_mapper";

    /// <param name="mappings">Rules in Port's own format.</param>
    /// <param name="present">The webhook that Port has; null for none.</param>
    public static WebhookPlan Make(JsonArray mappings, JsonObject? present)
    {
        if (present is null)
        {
            return new WebhookPlan(
                BlueprintAction.Create,
                new JsonObject
                {
                    ["identifier"] = Identifier,
                    ["title"] = "Azure DevOps mapper",
                    ["icon"] = "AzureDevops",
                    ["enabled"] = true,
                    ["mappings"] = mappings,
                    ["integrationType"] = "custom",
                },
                $"create with {mappings.Count} rules");
        }

        var isEnabled = present["enabled"] is JsonValue enabled && enabled.TryGetValue<bool>(out var on) && on;
        var isSame = JsonNode.DeepEquals(present["mappings"], mappings);
        return isSame && isEnabled
            ? new WebhookPlan(BlueprintAction.None, null, "no changes")
            : new WebhookPlan(
                BlueprintAction.Update,
                new JsonObject { ["enabled"] = true, ["mappings"] = mappings },
                string.Join(", ", new[] { isSame ? null : $"replace its rules by ours ({mappings.Count})", isEnabled ? null : "enable" }.OfType<string>()));
    }
}
