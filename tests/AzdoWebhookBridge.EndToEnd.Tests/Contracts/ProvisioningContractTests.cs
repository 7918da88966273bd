using System.Diagnostics;
using AzdoWebhookBridge.Sandbox.Konnect;
using AzdoWebhookBridge.Sandbox.Port;

namespace AzdoWebhookBridge.EndToEnd.Tests.Contracts;

/// <summary>The commands that set the catalogs up, as processes, judged by the vendors' own documents.</summary>
[Trait("Needs", "ContractMocks")]
public sealed class ProvisioningContractTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [ContractMocksFact]
    public async Task Provisioning_FromNothingToNoChanges_BreaksNoContract()
    {
        await using var port = await PortSandbox.StartAsync(new PortSandboxOptions { Blueprints = [] }, CancellationToken.None);
        await using var konnect = await KonnectSandbox.StartAsync(new KonnectSandboxOptions { InstanceName = null }, CancellationToken.None);
        await using var proxies = await ContractProxies.StartAsync(port.BaseAddress, konnect.BaseAddress, azureDevOps: null, isLenient: false, CancellationToken.None);
        var folder = Directory.CreateTempSubdirectory("provisioning-");
        var pat = Path.Combine(folder.FullName, "pat");
        await File.WriteAllTextAsync(pat, "sandbox-pat");
        Dictionary<string, string> settings = new()
        {
            ["Port__BaseUrl"] = proxies.Port!.ToString(),
            ["Port__ClientId"] = port.Options.ClientId,
            ["Port__ClientSecret"] = port.Options.ClientSecret,
            ["Konnect__BaseUrl"] = proxies.Konnect!.ToString(),
            ["Konnect__Token"] = konnect.Options.Token,
            ["Mapping__Presets__0"] = "pull-requests",
            ["Mapping__Presets__1"] = "builds",
            ["Mapping__Presets__2"] = "releases",
            ["Mapping__Presets__3"] = "environments",
        };

        await RunAsync(2, settings, "port", "provision", "--dry-run");
        await RunAsync(0, settings, "port", "provision", "--yes", "--webhook");
        await RunAsync(0, settings, "port", "provision", "--dry-run", "--webhook");
        port.AddBlueprint(SandboxBlueprint.Parse("""
            {"identifier":"azure_devops_build","title":"Ours","schema":{"properties":{"number":{"type":"number"},"owner":{"type":"string"}},"required":[]},
             "relations":{"project":{"title":"P","target":"azure_devops_project","many":false,"required":false}}}
            """));
        await RunAsync(1, settings, "port", "provision", "--yes");
        await RunAsync(0, settings, "port", "provision", "--yes", "--force");
        await RunAsync(0, settings, "konnect", "provision", "--organization", "contoso", "--pat-file", pat);
        await RunAsync(0, settings, "konnect", "provision", "--organization", "contoso");
        await RunAsync(0, settings, "konnect", "provision", "--organization", "contoso", "--rotate-credential", "--pat-file", pat);
        folder.Delete(recursive: true);

        Assert.Equal(8, port.Blueprints.Count);
        Assert.True(Assert.Single(konnect.IntegrationInstances).IsAuthorized);
        Assert.Empty(await proxies.ViolationsAsync(CancellationToken.None));
    }

    private static async Task RunAsync(int exitCode, Dictionary<string, string> settings, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "AzdoWebhookBridge.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);
        Assert.True(process.ExitCode == exitCode, $"{string.Join(' ', arguments)}: {process.ExitCode} instead of {exitCode}\n{await output}\n{await error}");
    }
}
