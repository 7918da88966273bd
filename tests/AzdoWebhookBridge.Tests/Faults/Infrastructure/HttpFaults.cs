using Microsoft.Extensions.Http;

namespace AzdoWebhookBridge.Tests.Faults.Infrastructure;

/// <summary>The seam before the network: every HTTP call that the bridge makes goes through the plan.</summary>
internal sealed class HttpFaults(FaultPlan plan) : IHttpMessageHandlerBuilderFilter
{
    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
    {
        next(builder);
        builder.AdditionalHandlers.Add(new Handler(plan));
    };

    private sealed class Handler(FaultPlan plan) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            switch (plan.Next())
            {
                case FaultKind.Error:
                    throw new HttpRequestException(HttpRequestError.ConnectionError, "Refused.");
                case FaultKind.AnswerLost:
                    using (await base.SendAsync(request, cancellationToken))
                    {
                        throw new HttpRequestException(HttpRequestError.ResponseEnded, "Lost.");
                    }

                case FaultKind.Hang:
                    await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                    break;
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }
}
