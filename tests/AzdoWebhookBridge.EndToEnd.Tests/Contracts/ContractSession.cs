using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.Konnect;
using AzdoWebhookBridge.Sandbox.Port;

namespace AzdoWebhookBridge.EndToEnd.Tests.Contracts;

/// <summary>Both sandboxes with judging proxies in front, and a plain client for each that says what status it expects.</summary>
public sealed class ContractSession : IAsyncDisposable
{
    private readonly HttpClient _client = new();

    private ContractSession(PortSandbox port, KonnectSandbox konnect, ContractProxies proxies)
    {
        Port = port;
        Konnect = konnect;
        Proxies = proxies;
    }

    public PortSandbox Port { get; }

    public KonnectSandbox Konnect { get; }

    public ContractProxies Proxies { get; }

    public string PortToken { get; set; } = "";

    /// <summary>Judges the Port sandbox only: a proxy takes seconds to start.</summary>
    public static Task<ContractSession> StartForPortAsync(CancellationToken cancellationToken) =>
        StartAsync(judgesPort: true, null, cancellationToken);

    /// <summary>Judges the Konnect sandbox only.</summary>
    public static Task<ContractSession> StartForKonnectAsync(KonnectSandboxOptions? options, CancellationToken cancellationToken) =>
        StartAsync(judgesPort: false, options, cancellationToken);

    public async Task<JsonNode?> PortAsync(int status, string method, string path, string? body = null, string? token = null) =>
        await SendAsync(new Uri(Proxies.Port!, "/v1" + path), status, method, body, token ?? PortToken);

    public async Task<JsonNode?> KonnectAsync(int status, string method, string path, string? body = null, string? token = null) =>
        await SendAsync(new Uri(Proxies.Konnect!, "/v1" + path), status, method, body, token ?? Konnect.Options.Token);

    public async Task SignInAsync()
    {
        var answer = await PortAsync(
            200, "POST", "/auth/access_token",
            $$"""{"clientId":"{{Port.Options.ClientId}}","clientSecret":"{{Port.Options.ClientSecret}}"}""");
        PortToken = (string)answer!["accessToken"]!;
    }

    /// <summary>Fails unless the contract was broken at this very step; so each bad request is known to be one.</summary>
    public async Task<IReadOnlyList<string>> RequireNewViolationAsync(IReadOnlyList<string> before, string step)
    {
        var after = await Proxies.ViolationsAsync(CancellationToken.None);
        Assert.False(after.SequenceEqual(before, StringComparer.Ordinal), "The contract has nothing against " + step);
        return after;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Proxies.DisposeAsync();
        await Port.DisposeAsync();
        await Konnect.DisposeAsync();
    }

    private static async Task<ContractSession> StartAsync(
        bool judgesPort, KonnectSandboxOptions? konnectOptions, CancellationToken cancellationToken)
    {
        var port = await PortSandbox.StartAsync(null, cancellationToken);
        var konnect = await KonnectSandbox.StartAsync(konnectOptions, cancellationToken);
        var proxies = await ContractProxies.StartAsync(
            judgesPort ? port.BaseAddress : null, judgesPort ? null : konnect.BaseAddress, azureDevOps: null, isLenient: true, cancellationToken);
        return new ContractSession(port, konnect, proxies);
    }

    private async Task<JsonNode?> SendAsync(Uri address, int status, string method, string? body, string token)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        if (token.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var response = await _client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{method} {address}: {(int)response.StatusCode} instead of {status}: {text}");
        return response.Content.Headers.ContentType?.MediaType is "application/json" or "application/problem+json" ? JsonNode.Parse(text) : null;
    }
}
