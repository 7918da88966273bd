using AzdoWebhookBridge.Delivery.Http;

namespace AzdoWebhookBridge.Doctor;

internal static class DoctorServices
{
    /// <summary>A client without any credential, for addresses that are only looked at.</summary>
    public const string HttpClientName = "doctor";

    /// <summary>Needs Port, Konnect, Azure DevOps and the shared options.</summary>
    public static IServiceCollection AddDoctor(this IServiceCollection services, DoctorWishes wishes)
    {
        services.AddCatalogHttpClient(HttpClientName);
        services.AddSingleton(wishes);
        services.AddSingleton(static provider => new PlainHttp(provider.GetRequiredKeyedService<BoundedHttp>(HttpClientName)));
        services.AddSingleton<IDoctorCheck, ConfigurationCheck>();
        services.AddSingleton<IDoctorCheck, MappingCheck>();
        services.AddSingleton<IDoctorCheck, IngressCheck>();
        services.AddSingleton<IDoctorCheck, ServiceCheck>();
        services.AddSingleton<IDoctorCheck, StoreCheck>();
        services.AddSingleton<IDoctorCheck, PublicUrlCheck>();
        services.AddSingleton<IDoctorCheck, ClockCheck>();
        services.AddSingleton<IDoctorCheck, PortCheck>();
        services.AddSingleton<IDoctorCheck, KonnectCheck>();
        services.AddSingleton<IDoctorCheck, AzureDevOpsCheck>();
        services.AddSingleton<IDoctorCheck, NotifyCheck>();
        services.AddSingleton<DoctorRun>();
        return services;
    }
}

/// <summary>What the caller wants beside looking.</summary>
/// <param name="TestsNotify">Whether a test message is sent to <c>Notify:Url</c>.</param>
/// <param name="ServiceAddress">Where the service listens on this machine; its path is that of the ready probe.</param>
internal sealed record DoctorWishes(bool TestsNotify, Uri ServiceAddress);

/// <summary>Asks an address that is not known to be what it should be: no credential, a short time, no redirect.</summary>
internal sealed class PlainHttp(BoundedHttp http)
{
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    public Task<HttpOutcome> GetAsync(Uri address, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, address), [], cancellationToken);

    public async Task<HttpOutcome> SendAsync(HttpRequestMessage request, IReadOnlyList<SecretText> secrets, CancellationToken cancellationToken)
    {
        using (request)
        {
            return await http.SendAsync(request, TimeLimit, secrets, cancellationToken).ConfigureAwait(false);
        }
    }
}
