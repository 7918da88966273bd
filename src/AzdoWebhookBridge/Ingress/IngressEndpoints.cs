using AzdoWebhookBridge.Operations.Health;
using AzdoWebhookBridge.Operations.Problems;

namespace AzdoWebhookBridge.Ingress;

internal static class IngressEndpoints
{
    public const string Path = "/webhooks/azure-devops";

    public static IServiceCollection AddIngress(this IServiceCollection services)
    {
        services.AddOptions<IngressOptions>().BindConfiguration(IngressOptions.SectionName);
        services.AddSingleton<LiveIngressSettings>();
        services.AddSingleton<InFlightBudget>();
        services.AddSingleton<SubscriptionActivity>();
        services.AddSingleton<DeliveryReceiver>();
        services.AddSingleton<IHealthReporter, IngressHealth>();
        return services;
    }

    /// <summary>
    /// Both endpoints run straight after routing, without the middleware behind it: they authenticate by themselves, and
    /// this is the path that has to be fast.
    /// </summary>
    public static IEndpointRouteBuilder MapIngress(this IEndpointRouteBuilder endpoints)
    {
        var receiver = endpoints.ServiceProvider.GetRequiredService<DeliveryReceiver>();
        endpoints.MapPost(Path, (RequestDelegate)receiver.ReceiveAsync)
            .WithName("ReceiveServiceHook")
            .WithDisplayName($"POST {Path}")
            .AllowAnonymous()
            .ExcludeFromDescription()
            .ShortCircuit();
        // Any other method: an endpoint that names its method is preferred over this one.
        endpoints.Map(Path, (RequestDelegate)RefuseMethodAsync)
            .WithDisplayName($"other than POST {Path}")
            .AllowAnonymous()
            .ExcludeFromDescription()
            .ShortCircuit();
        return endpoints;
    }

    private static Task RefuseMethodAsync(HttpContext context)
    {
        context.Response.Headers.Allow = HttpMethods.Post;
        return new Problem(ProblemTypes.MethodNotAllowed, "Azure DevOps service hooks are sent here by POST; there is nothing to see.")
            .WriteAsync(context);
    }
}
