using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Operations.Problems;

/// <summary>
/// Turns an exception, or an error answer without a body, into problem+json. The webhook route does not pass here: it
/// handles its own failures.
/// </summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
            return;
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, exception);
            return;
        }

        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null })
        {
            var type = ProblemTypes.For(context.Response.StatusCode);
            await new Problem(type, DetailOf(context)).WriteAsync(context);
        }
    }

    private Task AnswerAsync(HttpContext context, Exception exception)
    {
        context.Response.Clear();
        switch (exception)
        {
            case BadHttpRequestException bad:
                return new Problem(ProblemTypes.For(bad.StatusCode), "The request could not be read.").WriteAsync(context);
            case StoreUnavailableException unavailable:
                Log.StoreUnavailable(logger, unavailable);
                context.Response.Headers.RetryAfter = RetryAfter.TotalSeconds.ToString("0");
                return new Problem(ProblemTypes.Unavailable, "The store cannot serve now. Try again later.").WriteAsync(context);
            default:
                Log.RequestFailed(logger, exception, context.GetEndpoint()?.DisplayName);
                return new Problem(ProblemTypes.Failed, "The request failed; the log has the reason under this trace id.")
                    .WriteAsync(context);
        }
    }

    private static string DetailOf(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => "There is nothing at this address.",
        StatusCodes.Status405MethodNotAllowed => $"This address takes {context.Response.Headers.Allow} only.",
        StatusCodes.Status415UnsupportedMediaType => "The body must be application/json.",
        _ => "The request was refused.",
    };

    private static partial class Log
    {
        [LoggerMessage(EventIds.RequestFailed, LogLevel.Error, "Request to {Endpoint} failed")]
        public static partial void RequestFailed(ILogger logger, Exception exception, string? endpoint);

        [LoggerMessage(EventIds.RequestStoreUnavailable, LogLevel.Warning, "A request was refused because the store cannot serve")]
        public static partial void StoreUnavailable(ILogger logger, Exception exception);
    }
}
