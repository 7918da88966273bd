using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;

namespace AzdoWebhookBridge.Delivery.Http;

/// <summary>
/// Sends one request and reads its whole answer within a time and a size. A network that fails is a value here, not an
/// exception; only the caller's cancellation throws.
/// </summary>
internal sealed class BoundedHttp(
    IHttpClientFactory clients, string clientName, TimeProvider time, BridgeUserAgent userAgent, int maxAnswerBytes = BoundedHttp.MaxAnswerBytes)
{
    /// <summary>What a catalog's answer may have; others say their own limit.</summary>
    public const int MaxAnswerBytes = 10 * 1024 * 1024;

    public async Task<HttpOutcome> SendAsync(
        HttpRequestMessage request, TimeSpan timeout, IReadOnlyList<SecretText> secrets, CancellationToken cancellationToken)
    {
        request.Headers.TryAddWithoutValidation("User-Agent", userAgent.Value);
        var host = request.RequestUri?.Authority;
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var client = clients.CreateClient(clientName);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var body = await ReadAsync(response.Content, either.Token);
            return body is null
                ? new HttpOutcome(null, $"{host} sent an answer of more than {maxAnswerBytes / (1024 * 1024)} MiB.")
                : new HttpOutcome(Answer(response, body.Value, secrets), null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return new HttpOutcome(null, $"{host} did not answer within {timeout.TotalSeconds:0.#} s.");
        }
        catch (OperationCanceledException)
        {
            // SocketsHttpHandler gives up on connecting with a cancellation of its own.
            return new HttpOutcome(null, $"{host} could not be reached in time.");
        }
        catch (HttpRequestException exception)
        {
            return new HttpOutcome(null, $"{host} {Describe(exception)}");
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or ObjectDisposedException)
        {
            return new HttpOutcome(null, $"{host} broke off its answer.");
        }
    }

    private HttpAnswer Answer(HttpResponseMessage response, ReadOnlyMemory<byte> body, IReadOnlyList<SecretText> secrets)
    {
        var now = time.GetUtcNow();
        return new HttpAnswer
        {
            Status = (int)response.StatusCode,
            MediaType = MediaType(response.Content.Headers),
            Body = body,
            RetryAfter = RetryHint.RetryAfter(response.Headers, now),
            RateLimitReset = RetryHint.Reset(response.Headers, "x-ratelimit-reset", now) ?? RetryHint.Reset(response.Headers, "ratelimit-reset", now),
            RateLimitRemaining = RetryHint.Count(response.Headers, "x-ratelimit-remaining"),
            RateLimit = RetryHint.Count(response.Headers, "x-ratelimit-limit"),
            TraceId = response.Headers.NonValidated.TryGetValues("x-trace-id", out var trace) ? Printable(trace.ToString()) : null,
            Date = response.Headers.Date,
            Continuation = response.Headers.NonValidated.TryGetValues("x-ms-continuationtoken", out var next) && next.ToString() is { Length: > 0 and < 4096 } token
                ? token
                : null,
            Secrets = secrets,
        };
    }

    // Not through ContentType: a server may send what does not parse.
    private static string? MediaType(HttpContentHeaders headers) =>
        headers.NonValidated.TryGetValues("Content-Type", out var values)
            ? values.ToString().Split(';')[0].Trim().ToLowerInvariant()
            : null;

    private static string Printable(string text) => new([.. text.Where(letter => letter is > ' ' and < '\u007f').Take(100)]);

    private async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new MemoryStream();
        var block = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(block, cancellationToken)) > 0)
        {
            if (buffer.Length + read > maxAnswerBytes)
            {
                return null;
            }

            buffer.Write(block, 0, read);
        }

        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    private static string Describe(HttpRequestException exception) => exception.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "has no address: its name does not resolve.",
        HttpRequestError.ConnectionError => "refuses the connection or cannot be reached.",
        HttpRequestError.SecureConnectionError => exception.InnerException is AuthenticationException
            ? "has a certificate that is not trusted here."
            : "does not agree on a secure connection.",
        HttpRequestError.ResponseEnded => "closed the connection before its answer was complete.",
        HttpRequestError.ProxyTunnelError => "cannot be reached through the proxy.",
        HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError => "sent something that is not HTTP.",
        HttpRequestError.ConfigurationLimitExceeded => "sent headers beyond the limit.",
        _ => exception.StatusCode is HttpStatusCode status ? $"failed with status {(int)status}." : "broke off the connection.",
    };
}
