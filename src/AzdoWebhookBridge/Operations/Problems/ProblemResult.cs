namespace AzdoWebhookBridge.Operations.Problems;

/// <summary>A problem as the result of an endpoint's handler.</summary>
internal sealed class ProblemResult(ProblemType type, string detail) : IResult, IStatusCodeHttpResult
{
    public int? StatusCode => type.Status;

    public Task ExecuteAsync(HttpContext httpContext) => new Problem(type, detail).WriteAsync(httpContext);
}
