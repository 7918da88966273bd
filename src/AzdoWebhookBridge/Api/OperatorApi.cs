using AzdoWebhookBridge.Delivery.Http;
using AzdoWebhookBridge.Operations.Access;
using AzdoWebhookBridge.Operations.Problems;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AzdoWebhookBridge.Api;

internal static class OperatorApi
{
    /// <summary>Tells who has a key which version answers.</summary>
    public const string VersionHeader = "Bridge-Version";

    private const string DocumentPath = "/openapi/{documentName}.json";

    public static IServiceCollection AddOperatorApi(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
        services.AddSingleton<TargetDirectory>();
        services.TryAddSingleton<Storage.WorkSignals>();
        services.TryAddSingleton<Delivery.TargetSwitches>();
        services.AddSingleton<OperatorActions>();
        services.TryAddSingleton<IMappingInspector, MappingInspector>();
        services.AddOpenApi(options => options.AddDocumentTransformer<ApiKeyDocument>());
        return services;
    }

    /// <summary>
    /// <c>/api</c>, its OpenAPI document and the page for it. Every endpoint names the policy it needs; whatever is added here
    /// and names none needs a key by the fallback policy.
    /// </summary>
    public static IEndpointRouteBuilder MapOperatorApi(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api")
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        api.AddEndpointFilter((context, next) =>
        {
            context.HttpContext.Response.Headers[VersionHeader] = BridgeUserAgent.Version;
            return next(context);
        });
        api.MapOverview();
        api.MapEvents();
        api.MapEntities();
        api.MapTargets();
        api.MapMapping();
        api.MapBackfill();
        api.MapSubscriptions();
        endpoints.MapOpenApi(DocumentPath).RequireAuthorization(OperatorPolicies.Documents);
        endpoints.MapSwaggerUI("swagger", options => options.SwaggerEndpoint("../openapi/v1.json", "AzdoWebhookBridge"))
            .RequireAuthorization(OperatorPolicies.Documents);
        return endpoints;
    }

    /// <summary>May be called with any key.</summary>
    public static RouteHandlerBuilder ForReaders(this RouteHandlerBuilder endpoint, string name, string summary) =>
        endpoint.WithName(name).WithSummary(summary).RequireAuthorization(OperatorPolicies.Read);

    /// <summary>Needs a full key.</summary>
    public static RouteHandlerBuilder ForWriters(this RouteHandlerBuilder endpoint, string name, string summary) =>
        endpoint.WithName(name).WithSummary(summary).RequireAuthorization(OperatorPolicies.Write)
            .ProducesProblem(StatusCodes.Status403Forbidden);

    public static ProblemResult Invalid(string detail) => new(ProblemTypes.InvalidRequest, detail);

    public static ProblemResult NotFound(string detail) => new(ProblemTypes.NotFound, detail);
}
