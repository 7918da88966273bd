using AzdoWebhookBridge.Sandbox;
using AzdoWebhookBridge.Sandbox.AzureDevOps;

namespace AzdoWebhookBridge.Tests.AzureDevOps;

/// <summary>The stand-in with an organization "contoso" and its project "Alpha", for what looks after its service hooks.</summary>
internal sealed class HooksSandbox(AzureDevOpsSandbox sandbox) : IAsyncDisposable
{
    public const string Url = "https://bridge.example/webhooks/azure-devops";

    public SandboxFaults Faults => sandbox.Faults;

    public SandboxOrganization Contoso => sandbox.Organization("contoso");

    public IReadOnlyList<SandboxSubscription> Hooks => Contoso.Subscriptions;

    /// <summary>Methods of all calls that change hooks.</summary>
    public IReadOnlyList<string> Writes =>
        [.. sandbox.Calls.Where(call => call.Method != "GET" && call.Path.Contains("/hooks/subscriptions", StringComparison.Ordinal)).Select(call => call.Method)];

    /// <summary>The settings of a command or a harness that look after it.</summary>
    public IReadOnlyList<(string Key, string? Value)> Settings =>
    [
        ("AzureDevOps:Organizations:0:Url", sandbox.OrganizationAddress("contoso").ToString()),
        ("AzureDevOps:Organizations:0:Pat", sandbox.Options.Pat),
        ("AzureDevOps:PublicUrl", "https://bridge.example"),
        ("Ingress:Credentials:0:Username", "azdo"),
        ("Ingress:Credentials:0:Password", "canary-password"),
    ];

    public static async Task<HooksSandbox> StartAsync(bool replacingEnablesDisabled = true)
    {
        var sandbox = await AzureDevOpsSandbox.StartAsync(
            new AzureDevOpsSandboxOptions { Pat = "canary-pat-5150", DeliverHooks = false, ReplacingEnablesDisabled = replacingEnablesDisabled },
            CancellationToken.None);
        sandbox.Organization("contoso").AddProject("Alpha");
        return new HooksSandbox(sandbox);
    }

    public void SetStatus(string eventType, string status) =>
        Contoso.SetSubscriptionStatus(Hooks.Single(hook => hook.EventType == eventType).Id, status);

    public ValueTask DisposeAsync() => sandbox.DisposeAsync();
}
