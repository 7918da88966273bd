using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.Konnect;
using AzdoWebhookBridge.Sandbox.Port;

namespace AzdoWebhookBridge.Tests.Sandbox;

/// <summary>A client without any opinion: what is sent is what the test says.</summary>
internal sealed class SandboxClient(Uri baseAddress, string token) : IDisposable
{
    private readonly HttpClient _http = new();

    public static async Task<SandboxClient> ForAsync(PortSandbox port)
    {
        using var unsigned = new SandboxClient(port.BaseAddress, "");
        var answer = await unsigned.SendAsync(
            "POST", "/v1/auth/access_token",
            $$"""{"clientId":"{{port.Options.ClientId}}","clientSecret":"{{port.Options.ClientSecret}}"}""");
        return new SandboxClient(port.BaseAddress, (string)answer["accessToken"]!);
    }

    public static SandboxClient For(KonnectSandbox konnect) => new(konnect.BaseAddress, konnect.Options.Token);

    public async Task<SandboxReply> SendAsync(string method, string path, string? body = null, string? mediaType = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(baseAddress, path));
        request.Headers.UserAgent.ParseAdd("sandbox-tests/1.0");
        if (token.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, mediaType!);
        }

        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var headers = response.Headers.ToDictionary(header => header.Key, header => header.Value.First(), StringComparer.OrdinalIgnoreCase);
        return new SandboxReply((int)response.StatusCode, text, headers, response.Content.Headers.ContentType?.MediaType);
    }

    public void Dispose() => _http.Dispose();
}

internal sealed record SandboxReply(int Status, string Text, IReadOnlyDictionary<string, string> Headers, string? MediaType)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public JsonNode? this[string key] => Json[key];
}
