using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>A refusal in the shape that Port's API gives to all of them.</summary>
internal sealed record PortError(int Status, string Error, string Message, JsonObject? Details = null)
{
    public static PortError Invalid(string message) => new(422, "invalid_request", message);

    public static PortError NotFound(string resource, string identifier) => new(
        404,
        "not_found",
        $"{char.ToUpperInvariant(resource[0])}{resource[1..]} with identifier \"{identifier}\" was not found",
        new JsonObject { ["resource"] = resource, ["byField"] = "identifier", ["withValue"] = identifier });

    public static PortError Taken(string resource, string identifier) => new(
        409,
        "identifier_taken",
        $"{char.ToUpperInvariant(resource[0])}{resource[1..]} with identifier \"{identifier}\" already exists",
        new JsonObject { ["resource"] = resource, ["byField"] = "identifier", ["withValue"] = identifier });

    public SandboxAnswer ToAnswer()
    {
        var body = new JsonObject { ["ok"] = false, ["error"] = Error, ["message"] = Message };
        if (Details is not null)
        {
            body["details"] = Details.DeepClone();
        }

        return new SandboxAnswer(Status, body);
    }
}
