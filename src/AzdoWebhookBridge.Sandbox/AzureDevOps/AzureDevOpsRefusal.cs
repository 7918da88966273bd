using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary>A refusal in the shape that Azure DevOps gives to all of them.</summary>
/// <param name="status">The status.</param>
/// <param name="typeKey">The name of the exception in the service.</param>
/// <param name="message">For people.</param>
internal sealed class AzureDevOpsRefusal(int status, string typeKey, string message) : Exception(message)
{
    public static AzureDevOpsRefusal Invalid(string message) => new(400, "VssPropertyValidationException", message);

    public static AzureDevOpsRefusal NotFound(string typeKey, string message) => new(404, typeKey, message);

    public SandboxAnswer ToAnswer() => new(status, new JsonObject
    {
        ["$id"] = "1",
        ["innerException"] = null,
        ["message"] = Message,
        ["typeName"] = $"Microsoft.VisualStudio.Services.WebApi.{typeKey}, Microsoft.VisualStudio.Services.WebApi",
        ["typeKey"] = typeKey,
        ["errorCode"] = 0,
        ["eventId"] = 3000,
    });
}
