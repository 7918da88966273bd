using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AzdoWebhookBridge.Ingress;

namespace AzdoWebhookBridge.Cli.Remote;

/// <summary>Delivers an event as Azure DevOps does, with the credential that the configuration has for it.</summary>
internal sealed class IngressSender : IDisposable
{
    private readonly HttpClient _http;
    private readonly IConfiguration _configuration;

    /// <param name="bridge">The bridge's address as the sender sees it; the webhook's path may be part of it.</param>
    /// <param name="configuration">Has the credential.</param>
    public IngressSender(Uri bridge, IConfiguration configuration)
    {
        var path = IngressEndpoints.Path.TrimStart('/');
        Address = bridge.AbsolutePath.TrimEnd('/').EndsWith(IngressEndpoints.Path, StringComparison.Ordinal)
            ? new Uri(bridge.AbsoluteUri.TrimEnd('/'))
            : new Uri(bridge, path);
        _configuration = configuration;
        _http = BridgeClient.CreateHttp(bridge);
    }

    public Uri Address { get; }

    /// <returns>The answer's status word and the event's id.</returns>
    public async Task<(string Status, string EventId)> SendAsync(string body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        var source = AddCredential(request);
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.Accepted)
            {
                var answer = JsonElement.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
                return (answer.GetProperty("status").GetString()!, answer.GetProperty("eventId").GetString()!);
            }

            var detail = await BridgeClient.ProblemDetailAsync(response, cancellationToken).ConfigureAwait(false);
            throw new CommandException(response.StatusCode == HttpStatusCode.Unauthorized
                ? $"The ingress at {Address} refuses the credential of {source}: {detail ?? "no reason given"} It has to be one of the service's Ingress:Credentials."
                : $"The ingress at {Address} answers {(int)response.StatusCode}: {detail ?? "this is no answer of a bridge."}");
        }
        catch (Exception exception) when (exception is HttpRequestException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw BridgeClient.Explain(Address, exception);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new CommandException($"{Address} accepted the event, but not with the answer of a bridge.");
        }
    }

    public void Dispose() => _http.Dispose();

    /// <returns>The setting it is from.</returns>
    private string AddCredential(HttpRequestMessage request)
    {
        var (username, password) = (_configuration["Ingress:Credentials:0:Username"], _configuration["Ingress:Credentials:0:Password"]);
        if (!string.IsNullOrEmpty(username) && !string.IsNullOrEmpty(password))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}")));
            return "Ingress:Credentials:0";
        }

        var (name, value) = (_configuration["Ingress:Header:Name"], _configuration["Ingress:Header:Values:0"]);
        if (!string.IsNullOrEmpty(name) && !string.IsNullOrEmpty(value))
        {
            return value.Any(char.IsControl) || !request.Headers.TryAddWithoutValidation(name.Trim(), value)
                ? throw new CommandException("Ingress:Header:Values:0 has letters that no header may have.")
                : "Ingress:Header";
        }

        throw new CommandException(
            "There is no credential for the ingress. Give it as the service has it: Ingress:Credentials:0:Username and :Password (or :PasswordFile), or Ingress:Header.");
    }
}
