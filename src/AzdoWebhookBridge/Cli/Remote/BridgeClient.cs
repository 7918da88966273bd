using System.CommandLine;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Delivery.Http;
using AzdoWebhookBridge.Operations.Access;
using AzdoWebhookBridge.Operations.Problems;

namespace AzdoWebhookBridge.Cli.Remote;

/// <summary>
/// The running service's API for commands. Sends its key to that one address and follows no redirect; whatever goes wrong is a
/// <see cref="CommandException"/> that says what to do.
/// </summary>
internal sealed class BridgeClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http;
    private readonly string _key;
    private readonly string _keySource;
    private readonly Action<string> _say;
    private bool _hasComparedVersions;

    public BridgeClient(Uri address, string key, string keySource, Action<string> say)
    {
        Address = address;
        (_key, _keySource, _say) = (key, keySource, say);
        _http = CreateHttp(address);
    }

    /// <summary>The service; ends with a slash.</summary>
    public Uri Address { get; }

    public static BridgeClient Create(ParseResult parsed, RemoteOptions options, IConfiguration configuration)
    {
        var (key, source) = options.Key(parsed, configuration);
        return new BridgeClient(options.Address(parsed, configuration), key, source, CommandConsole.Of(parsed).Error.WriteLine);
    }

    public static BridgeClient Create(ParseResult parsed, RemoteOptions options) =>
        Create(parsed, options, CommandConfiguration.Load(parsed));

    /// <summary>For one address: no redirects, no cookies, and on this machine no proxy.</summary>
    public static HttpClient CreateHttp(Uri address) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = !address.IsLoopback,
        ConnectTimeout = TimeSpan.FromSeconds(10),
    })
    {
        Timeout = Patience,
    };

    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, content: null, type, cancellationToken);

    public Task<T> PostAsync<TBody, T>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, JsonContent.Create(body, bodyType), type, cancellationToken);

    public Task<T> PostAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, content: null, type, cancellationToken);

    /// <summary>For what answers without a body.</summary>
    public async Task PostAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Post, path, content: null, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The reason of a connection that did not come about, in words.</summary>
    public static ServiceUnreachableException Explain(Uri address, Exception exception) => new(exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } =>
            $"Nothing answers at {address}. Is the service running there? Its address is taken from ASPNETCORE_URLS; --url names another one.",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
            $"The host of {address} is not known. Is --url right?",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } failed =>
            $"No secure connection to {address}: {failed.InnerException?.Message ?? failed.Message}",
        HttpRequestException failed => $"The request to {address} failed: {failed.Message}",
        _ => $"{address} did not answer within {Patience.TotalSeconds:0} s.",
    });

    private async Task<T> SendAsync<T>(
        HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, path, content, cancellationToken).ConfigureAwait(false);
        try
        {
            return await response.Content.ReadFromJsonAsync(type, cancellationToken).ConfigureAwait(false) ?? throw NotUnderstood();
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw NotUnderstood();
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw Explain(Address, exception as HttpRequestException ?? new HttpRequestException(exception.Message));
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(Address, path)) { Content = content };
        request.Headers.TryAddWithoutValidation(ApiKeyHandler.HeaderName, _key);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is HttpRequestException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Explain(Address, exception);
        }

        if (response.IsSuccessStatusCode)
        {
            CompareVersions(response);
            return response;
        }

        using (response)
        {
            throw await RefusedAsync(response, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<CommandException> RefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var detail = await ProblemDetailAsync(response, cancellationToken).ConfigureAwait(false);
        return response.StatusCode switch
        {
            >= HttpStatusCode.Ambiguous and < HttpStatusCode.BadRequest => new CommandException(
                $"{Address} answers with a redirect ({status}), which is not followed with a key. Give the final address by --url."),
            HttpStatusCode.Unauthorized => new CommandException(
                $"The service at {Address} refuses the key of {_keySource}: {detail ?? "credential missing or wrong"} "
                + "It has to be one of the service's Admin:ApiKeys or Admin:ReadOnlyApiKeys."),
            HttpStatusCode.Forbidden => new CommandException($"The key of {_keySource} may not do this: {detail ?? "forbidden"}"),
            HttpStatusCode.ServiceUnavailable => new ServiceUnreachableException($"The service at {Address} cannot serve now: {detail ?? $"status {status}"}"),
            _ when detail is not null => new CommandException(detail),
            HttpStatusCode.NotFound => new CommandException(
                $"There is no bridge's API at {Address}. Is --url right, with the path under which a proxy has it?"),
            _ => new CommandException($"{Address} answers {status}, which is no answer of a bridge."),
        };
    }

    /// <summary>The sentence of a problem+json answer; null when it is something else.</summary>
    public static async Task<string?> ProblemDetailAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType != Problem.ContentType)
        {
            return null;
        }

        try
        {
            var problem = await response.Content.ReadFromJsonAsync(ApiJson.Default.JsonElement, cancellationToken).ConfigureAwait(false);
            return problem.ValueKind == JsonValueKind.Object && problem.TryGetProperty("detail", out var detail) && detail.ValueKind == JsonValueKind.String
                ? PlainText.Clean(detail.GetString(), 1000)
                : null;
        }
        catch (Exception exception) when (exception is JsonException or HttpRequestException)
        {
            return null;
        }
    }

    private void CompareVersions(HttpResponseMessage response)
    {
        if (_hasComparedVersions)
        {
            return;
        }

        _hasComparedVersions = true;
        if (response.Headers.TryGetValues(OperatorApi.VersionHeader, out var values)
            && string.Concat(values) is var version && version != BridgeUserAgent.Version)
        {
            _say($"note: the service is version {PlainText.Clean(version, 40)}, this command is version {BridgeUserAgent.Version}.");
        }
    }

    private CommandException NotUnderstood() => new(
        $"{Address} answered something that version {BridgeUserAgent.Version} of this command does not understand. Is it a bridge, and of the same version?");
}

/// <summary>The service cannot be reached now; another attempt may do.</summary>
internal sealed class ServiceUnreachableException(string message) : CommandException(message);
