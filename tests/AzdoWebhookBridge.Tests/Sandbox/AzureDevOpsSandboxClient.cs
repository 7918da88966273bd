using System.Net.Http.Headers;
using System.Text;
using AzdoWebhookBridge.Sandbox.AzureDevOps;

namespace AzdoWebhookBridge.Tests.Sandbox;

/// <summary>A client of one organization without any opinion; adds the api-version, unless the path has one.</summary>
internal sealed class AzureDevOpsSandboxClient(Uri organization, AuthenticationHeaderValue? authorization) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    public static AzureDevOpsSandboxClient For(AzureDevOpsSandbox sandbox, string name = "contoso") =>
        new(sandbox.OrganizationAddress(name), Pat(sandbox.Options.Pat));

    public static AuthenticationHeaderValue Pat(string pat, string user = "") =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{pat}")));

    public Task<SandboxReply> GetAsync(string path) => SendAsync("GET", path);

    public Task<SandboxReply> PostAsync(string path, string body) => SendAsync("POST", path, body);

    public async Task<SandboxReply> SendAsync(string method, string path, string? body = null)
    {
        var version = path.Contains("api-version", StringComparison.Ordinal) ? "" : (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "api-version=7.1";
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(organization, path + version));
        request.Headers.Authorization = authorization;
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var headers = response.Headers.ToDictionary(header => header.Key, header => header.Value.First(), StringComparer.OrdinalIgnoreCase);
        return new SandboxReply((int)response.StatusCode, text, headers, response.Content.Headers.ContentType?.MediaType);
    }

    public void Dispose() => _http.Dispose();
}
