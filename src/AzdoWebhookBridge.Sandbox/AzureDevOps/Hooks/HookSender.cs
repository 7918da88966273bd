using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Text;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps.Hooks;

/// <summary>What came of one request. Status 0 is no answer.</summary>
internal sealed record SendOutcome(int Status, string Request, string Response, string? Error, TimeSpan Duration);

/// <summary>Posts a body to a web hook as its subscription asks for it.</summary>
internal sealed class HookSender(AzureDevOpsSandboxOptions options) : IDisposable
{
    private const string Mask = "********";

    private readonly HttpClient _client = NewClient(takesAnyCertificate: false);
    private readonly HttpClient _trusting = NewClient(takesAnyCertificate: true);

    public async Task<SendOutcome> SendAsync(HookTarget target, string body, CancellationToken cancellationToken)
    {
        var started = options.Time.GetTimestamp();
        using var request = NewRequest(target, body);
        var text = Describe(request, body);
        using var timeout = new CancellationTokenSource(options.HookTimeout, options.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            var client = target.TakesAnyCertificate ? _trusting : _client;
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, linked.Token);
            var answer = await response.Content.ReadAsStringAsync(linked.Token);
            var status = (int)response.StatusCode;
            return new SendOutcome(
                status, text, $"Status Code: {status}\nReason: {response.ReasonPhrase}\n\n{answer}",
                response.IsSuccessStatusCode ? null : $"{response.ReasonPhrase} ({status})", options.Time.GetElapsedTime(started));
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            var error = timeout.IsCancellationRequested ? "The request timed out." : exception.Message;
            return new SendOutcome(0, text, "", error, options.Time.GetElapsedTime(started));
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _trusting.Dispose();
    }

    [SuppressMessage("Security", "CA5359:Do Not Disable Certificate Validation", Justification = "The input acceptUntrustedCerts asks for it.")]
    [SuppressMessage("Security", "MA0039:Do not write your own certificate validation method", Justification = "The input acceptUntrustedCerts asks for it.")]
    private static HttpClient NewClient(bool takesAnyCertificate)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        if (takesAnyCertificate)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        }

        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private static HttpRequestMessage NewRequest(HookTarget target, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, target.Url) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (target.Username.Length > 0 || target.Password.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{target.Username}:{target.Password}")));
        }

        request.Headers.TryAddWithoutValidation("User-Agent", "VSServices/20 (sandbox)");
        request.Headers.TryAddWithoutValidation("X-VSS-ActivityId", Guid.NewGuid().ToString());
        request.Headers.TryAddWithoutValidation("X-VSS-SubscriptionId", target.SubscriptionId.ToString());
        request.Headers.TryAddWithoutValidation("Request-Id", $"|{Guid.NewGuid():N}.1.");
        foreach (var line in target.Headers.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = line.Split(':', 2, StringSplitOptions.TrimEntries);
            if (parts.Length == 2)
            {
                request.Headers.TryAddWithoutValidation(parts[0], parts[1]);
            }
        }

        return request;
    }

    private static string Describe(HttpRequestMessage request, string body)
    {
        var text = new StringBuilder().Append("Method: ").Append(request.Method).Append("\nURI: ").Append(request.RequestUri).Append("\nHTTP Version: 1.1\nHeaders:\n{\n");
        foreach (var (name, values) in request.Headers)
        {
            text.Append("  ").Append(name).Append(": ").Append(name == "Authorization" ? $"Basic {Mask}" : string.Join(", ", values)).Append('\n');
        }

        return text.Append("  Content-Type: application/json; charset=utf-8\n}\nContent:\n").Append(body).ToString();
    }
}

/// <summary>Where a subscription sends to, as it was when the request started.</summary>
internal sealed record HookTarget(Guid SubscriptionId, Uri Url, string Username, string Password, string Headers, bool TakesAnyCertificate)
{
    public static HookTarget Of(SubscriptionRecord subscription) => new(
        subscription.Id, new Uri(subscription.Input("url")), subscription.Input("basicAuthUsername"), subscription.Input("basicAuthPassword"),
        subscription.Input("httpHeaders"), subscription.Input("acceptUntrustedCerts") == "true");
}
