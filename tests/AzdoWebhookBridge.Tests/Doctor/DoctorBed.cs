using AzdoWebhookBridge.Cli;
using AzdoWebhookBridge.Doctor;
using AzdoWebhookBridge.Operations.Configuration;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using AzdoWebhookBridge.Sandbox.Konnect;
using AzdoWebhookBridge.Sandbox.Port;
using AzdoWebhookBridge.Tests.AzureDevOps;
using AzdoWebhookBridge.Tests.Cli;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AzdoWebhookBridge.Tests.Doctor;

/// <summary>A whole installation in which all is well: catalogs, an organization with its hooks, and a service. Tests break one thing.</summary>
internal sealed class DoctorBed : IAsyncDisposable
{
    public const string ApiKey = "canary-api-key";
    public const string Healthy = """{"status":"healthy","checks":[{"name":"store","status":"healthy","detail":"Takes writes."}]}""";

    /// <summary>What a token may be allowed; for each there is one, <c>canary-without-…</c>, that lacks it.</summary>
    private static readonly string[] Scopes = ["vso.project", "vso.code", "vso.build", "vso.work", "vso.hooks", "vso.hooks_write"];

    private readonly string _folder = Directory.CreateTempSubdirectory("doctor-").FullName;

    private DoctorBed(PortSandbox port, KonnectSandbox konnect, AzureDevOpsSandbox azureDevOps, TinyServer service)
    {
        (Port, Konnect, AzureDevOps, Service) = (port, konnect, azureDevOps, service);
        Settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Port:BaseUrl"] = port.BaseAddress.ToString(),
            ["Port:ClientId"] = "sandbox",
            ["Port:ClientSecret"] = port.Options.ClientSecret,
            ["Konnect:BaseUrl"] = konnect.BaseAddress.ToString(),
            ["Konnect:Token"] = konnect.Options.Token,
            ["AzureDevOps:Organizations:0:Url"] = azureDevOps.OrganizationAddress("contoso").ToString(),
            ["AzureDevOps:Organizations:0:Pat"] = azureDevOps.Options.Pat,
            ["AzureDevOps:PublicUrl"] = service.Address.ToString(),
            ["Ingress:Credentials:0:Username"] = "azdo",
            ["Ingress:Credentials:0:Password"] = "canary-4f1cb0a97d5e",
            ["Admin:ApiKeys:0"] = ApiKey,
            ["Storage:ConnectionString"] = $"Data Source={Path.Combine(_folder, "bridge.db")}",
        };
    }

    public PortSandbox Port { get; }

    public KonnectSandbox Konnect { get; }

    public AzureDevOpsSandbox AzureDevOps { get; }

    public TinyServer Service { get; }

    public Dictionary<string, string?> Settings { get; }

    /// <summary>What the service answers at its ready probe; null for nothing that is known.</summary>
    public string? Readiness { get; set; } = Healthy;

    /// <summary>Where the service is looked for.</summary>
    public Uri? ServiceAddress { get; set; }

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public string Folder => _folder;

    /// <param name="withHooks">Whether the hooks are made; their plan takes a moment.</param>
    public static async Task<DoctorBed> StartAsync(bool withHooks = true)
    {
        var port = await PortSandbox.StartAsync(new PortSandboxOptions { ClientSecret = "canary-port-secret" }, CancellationToken.None);
        var konnect = await KonnectSandbox.StartAsync(new KonnectSandboxOptions { Token = "kpat_canary-token", InstanceName = null }, CancellationToken.None);
        konnect.AddIntegrationInstance("azure-devops", "contoso");
        var azureDevOps = await AzureDevOpsSandbox.StartAsync(
            new AzureDevOpsSandboxOptions
            {
                Pat = "canary-pat",
                DeliverHooks = false,
                Credentials = [.. Scopes.Select(missing => new SandboxCredential($"canary-without-{missing}", [.. Scopes.Where(scope => !scope.StartsWith(missing, StringComparison.Ordinal))]))],
            },
            CancellationToken.None);
        azureDevOps.Organization("contoso").AddProject("Alpha");
        DoctorBed? bed = null;
        var service = await TinyServer.StartAsync(context => bed!.AnswerAsync(context));
        bed = new DoctorBed(port, konnect, azureDevOps, service);
        if (withHooks)
        {
            (await CommandLineHarness.RunAsync(["hooks", "apply", "--yes", .. bed.Arguments])).Exits(0);
        }

        return bed;
    }

    public IEnumerable<string> Arguments => Settings.Select(pair => $"--{pair.Key}={pair.Value}");

    /// <summary>All findings; none of them tells a secret.</summary>
    public Task<IReadOnlyList<Finding>> RunAsync() => RunAsync(testsNotify: false, _ => true);

    /// <summary>The findings of one check.</summary>
    public Task<IReadOnlyList<Finding>> RunOnlyAsync<T>(bool testsNotify = false)
        where T : IDoctorCheck => RunAsync(testsNotify, check => check is T);

    private async Task<IReadOnlyList<Finding>> RunAsync(bool testsNotify, Func<IDoctorCheck, bool> isWanted)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(Settings).Build();
        ConfigurationValidator.ThrowIfInvalid(configuration);
        var services = new ServiceCollection();
        CommandServices.Add(services, configuration, Time);
        services.AddDoctor(new DoctorWishes(testsNotify, ServiceAddress ?? new Uri(Service.Address, "health/ready")));
        await using var provider = services.BuildServiceProvider(validateScopes: true);
        var checks = provider.GetServices<IDoctorCheck>().Where(isWanted);
        var findings = await new DoctorRun(checks, Time).RunAsync(CancellationToken.None);
        Assert.All(findings, finding => Assert.DoesNotContain("canary", $"{finding.Sentence} {finding.Fix}", StringComparison.Ordinal));
        return findings;
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await AzureDevOps.DisposeAsync();
        await Konnect.DisposeAsync();
        await Port.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value;
        if (path == "/api/overview")
        {
            context.Response.StatusCode = context.Request.Headers["X-Api-Key"] == ApiKey ? 200 : 401;
            return Task.CompletedTask;
        }

        context.Response.StatusCode = Readiness is null || Readiness.Contains("unhealthy", StringComparison.Ordinal) ? 503 : 200;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(Readiness ?? "[]");
    }
}
