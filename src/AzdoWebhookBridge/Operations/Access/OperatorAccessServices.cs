using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

namespace AzdoWebhookBridge.Operations.Access;

internal static class OperatorAccessServices
{
    /// <summary>Chooses between the API key and the dashboard's sign-in, request by request.</summary>
    public const string OperatorScheme = "Operator";

    public static IServiceCollection AddOperatorAccess(this IServiceCollection services)
    {
        services.AddOptions<AdminOptions>().BindConfiguration(AdminOptions.SectionName);
        services.AddSingleton<OperatorAccess>();
        services.AddSingleton<ApiKeyRing>();
        services.AddSingleton<OperatorRefusals>();
        // Not AddAuthentication: that brings data protection, which writes keys to disk, and API keys need none.
        services.AddAuthenticationCore();
        services.AddWebEncoders();
        new AuthenticationBuilder(services)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, configureOptions: null)
            .AddPolicyScheme(OperatorScheme, displayName: null, options =>
            {
                options.ForwardDefaultSelector = SelectScheme;
                // Who may not is told so in the API's form; pages have a policy of their own that leads to the sign-in.
                options.ForwardChallenge = ApiKeyHandler.SchemeName;
                options.ForwardForbid = ApiKeyHandler.SchemeName;
            });
        services.AddAuthorization();
        services.AddOptions<AuthorizationOptions>().Configure<OperatorAccess>(ConfigurePolicies);
        return services;
    }

    private static string SelectScheme(HttpContext context)
    {
        var interactive = context.RequestServices.GetRequiredService<OperatorAccess>().InteractiveScheme;
        return interactive is null || context.Request.Headers.ContainsKey(ApiKeyHandler.HeaderName)
            ? ApiKeyHandler.SchemeName
            : interactive;
    }

    private static void ConfigurePolicies(AuthorizationOptions options, OperatorAccess access)
    {
        options.AddPolicy(OperatorPolicies.Read, policy => policy.AddAuthenticationSchemes(OperatorScheme).RequireAuthenticatedUser());
        options.AddPolicy(OperatorPolicies.Write, policy => policy
            .AddAuthenticationSchemes(OperatorScheme)
            .RequireAuthenticatedUser()
            .RequireClaim(OperatorPolicies.AccessClaim, OperatorPolicies.FullAccess));
        options.AddPolicy(OperatorPolicies.Documents, policy => policy
            .AddAuthenticationSchemes(OperatorScheme)
            .RequireAssertion(context => access.DemoMode || context.User.Identity is { IsAuthenticated: true }));
        // An endpoint for which nobody decided is closed.
        options.FallbackPolicy = options.GetPolicy(OperatorPolicies.Read);
    }
}
