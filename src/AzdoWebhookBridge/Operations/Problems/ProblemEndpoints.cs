namespace AzdoWebhookBridge.Operations.Problems;

internal static class ProblemEndpoints
{
    /// <summary>Error answers as problem+json. First in the pipeline, so that nothing escapes it.</summary>
    public static IApplicationBuilder UseProblems(this IApplicationBuilder app) => app.UseMiddleware<ProblemMiddleware>();

    /// <summary>
    /// Answers 404 at any address that nothing else has. An endpoint of its own, because requests without an endpoint fall
    /// under the fallback policy and would be asked for a credential.
    /// </summary>
    public static IEndpointRouteBuilder MapUnknownAddresses(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapFallback("{**address}", NotFoundAsync).AllowAnonymous().ExcludeFromDescription();
        return endpoints;
    }

    private static Task NotFoundAsync(HttpContext context) =>
        new Problem(ProblemTypes.NotFound, "There is nothing at this address.").WriteAsync(context);
}
