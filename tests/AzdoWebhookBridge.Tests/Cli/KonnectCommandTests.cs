using AzdoWebhookBridge.Sandbox.Konnect;

namespace AzdoWebhookBridge.Tests.Cli;

public sealed class KonnectCommandTests : IDisposable
{
    private const string Token = "kpat_canary-konnect";

    private readonly string _pat = Path.GetTempFileName();

    public KonnectCommandTests() => File.WriteAllText(_pat, "canary-pat\n");

    public void Dispose() => File.Delete(_pat);

    [Fact]
    public async Task FreshOrganization_IsConnected_AndTheSecondRunChangesNothing()
    {
        await using var konnect = await StartAsync(instance: null);

        var dry = (await RunAsync(konnect, "--organization", "contoso", "--dry-run")).Exits(2);
        Assert.Empty(konnect.IntegrationInstances);
        var first = (await RunAsync(konnect, "--organization", "contoso", "--pat-file", _pat)).Exits(0);
        var second = (await RunAsync(konnect, "--organization", "Contoso")).Exits(0);

        var instance = Assert.Single(konnect.IntegrationInstances);
        Assert.Equal(("azure-devops", "contoso", true), (instance.Name, instance.Organization, instance.IsAuthorized));
        Assert.Contains("+ instance: Create 'azure-devops' for 'contoso'.", dry.Output, StringComparison.Ordinal);
        Assert.Contains("Gave Konnect the token.", first.Error, StringComparison.Ordinal);
        Assert.Contains("= credential: Works", second.Output, StringComparison.Ordinal);
        Assert.Contains("Catalog Classic", second.Error, StringComparison.Ordinal);
        Assert.Contains("canary-pat", konnect.Calls.Single(call => call.Request.Path.EndsWith("auth-credential", StringComparison.Ordinal) && call.Request.Method == "POST").Request.Body, StringComparison.Ordinal);
        AssertNoSecret(dry, first, second);
    }

    [Fact]
    public async Task AnotherOrganization_GetsAnInstanceOfItsOwn()
    {
        await using var konnect = await StartAsync();

        (await RunAsync(konnect, "--organization", "North Wind", "--pat-file", _pat)).Exits(0);

        Assert.Equal(["azure-devops", "azure-devops-north-wind"], konnect.IntegrationInstances.Select(one => one.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Credential_IsReplacedOnlyWhenAskedTo()
    {
        await using var konnect = await StartAsync();
        konnect.AddIntegrationInstance("other", "northwind");

        (await RunAsync(konnect, "--organization", "northwind", "--pat-file", _pat)).Exits(0);
        Assert.DoesNotContain(konnect.Calls, call => call.Request.Method is "POST" or "DELETE");
        var rotated = (await RunAsync(konnect, "--organization", "northwind", "--rotate-credential", "--pat-file", _pat)).Exits(0);

        Assert.Contains("Replaced the token.", rotated.Error, StringComparison.Ordinal);
        Assert.Equal(["DELETE", "POST"], konnect.Calls.Where(call => call.Request.Method is "POST" or "DELETE").Select(call => call.Request.Method));
    }

    [Theory]
    [InlineData(true, null, "tainted")]
    [InlineData(false, 10, "ends on")]
    [InlineData(false, -1, "ended on")]
    [InlineData(false, 100, null)]
    public async Task CredentialThatNeedsAttention_IsSaid(bool isTainted, int? daysLeft, string? expected)
    {
        await using var konnect = await StartAsync();
        konnect.AddIntegrationInstance("other", "northwind");
        konnect.ChangeCredential("other", isTainted, daysLeft is { } days ? TimeProvider.System.GetUtcNow().AddDays(days) : null);

        var run = (await RunAsync(konnect, "--organization", "northwind")).Exits(expected is null ? 0 : 2);
        var json = (await RunAsync(konnect, "--organization", "northwind", "--json")).Exits(expected is null ? 0 : 2).Json;

        Assert.Contains(expected is null ? "= credential: Works, until" : "! credential: ", run.Output, StringComparison.Ordinal);
        Assert.Contains(expected ?? "", run.Output, StringComparison.Ordinal);
        Assert.Equal(expected is null ? "fine" : "attention", json.GetProperty("parts").EnumerateArray().Last().GetProperty("state").GetString());
    }

    [Fact]
    public async Task Pat_IsNeverTakenFromTheConfigurationSilently()
    {
        await using var konnect = await StartAsync(instance: null);
        string[] configured = ["--AzureDevOps:Organizations:0:Url=https://dev.azure.com/contoso", "--AzureDevOps:Organizations:0:Pat=canary-broad"];

        var refused = (await RunAsync(konnect, configured)).Exits(1);
        Assert.Contains("--pat-file", refused.Error, StringComparison.Ordinal);
        Assert.Empty(konnect.IntegrationInstances);

        (await RunAsync(konnect, [.. configured, "--use-configured-pat"])).Exits(0);
        Assert.Contains(konnect.Calls, call => call.Request.Body.Contains("canary-broad", StringComparison.Ordinal));
        AssertNoSecret(refused);
    }

    [Fact]
    public async Task Pat_MayBeTypedAtATerminal()
    {
        await using var konnect = await StartAsync(instance: null);

        var run = (await CommandLineHarness.RunAsync([.. Arguments(konnect), "--organization", "contoso"], answers: "canary-typed\n", isTerminal: true)).Exits(0);

        Assert.Contains("Code: Read", run.Error, StringComparison.Ordinal);
        AssertNoSecret(run);
        Assert.True(Assert.Single(konnect.IntegrationInstances).IsAuthorized);
    }

    [Fact]
    public async Task CredentialThatKonnectRefuses_LeavesAnInstanceToGoOnFrom_AndNoSecretInTheReason()
    {
        await using var konnect = await StartAsync(instance: null);
        konnect.Faults.RespondOnceWith(
            400, when: request => request.Path.EndsWith("auth-credential", StringComparison.Ordinal) && request.Method == "POST",
            body: """{"status":400,"title":"Bad","instance":"kong:trace:1","detail":"canary-pat is odd"}""");

        var failed = (await RunAsync(konnect, "--organization", "contoso", "--pat-file", _pat)).Exits(1);
        Assert.Contains("run the command again", failed.Error, StringComparison.Ordinal);
        AssertNoSecret(failed);

        (await RunAsync(konnect, "--organization", "contoso", "--pat-file", _pat)).Exits(0);
        Assert.Single(konnect.IntegrationInstances);
    }

    [Fact]
    public async Task WorstCredentials_AndUnknownOrganizations_AreExplained()
    {
        await using var konnect = await StartAsync();

        var wrong = (await CommandLineHarness.RunAsync(
            "konnect", "provision", "--organization", "contoso", $"--Konnect:BaseUrl={konnect.BaseAddress}", "--Konnect:Token=kpat_canary-wrong")).Exits(1);
        var missing = (await CommandLineHarness.RunAsync("konnect", "provision", "--organization", "contoso", $"--Konnect:BaseUrl={konnect.BaseAddress}")).Exits(1);
        var nobody = (await RunAsync(konnect)).Exits(1);
        var several = (await RunAsync(
            konnect, "--AzureDevOps:Organizations:0:Url=https://dev.azure.com/one", "--AzureDevOps:Organizations:0:Pat=a",
            "--AzureDevOps:Organizations:1:Url=https://two.visualstudio.com", "--AzureDevOps:Organizations:1:Pat=b")).Exits(1);
        var elsewhere = (await RunAsync(konnect, "--organization", "contoso", "--Konnect:Integration=nowhere")).Exits(1);

        Assert.Contains("check Konnect:Token", wrong.Error, StringComparison.Ordinal);
        Assert.Contains("Konnect:Token is not set", missing.Error, StringComparison.Ordinal);
        Assert.Contains("--organization NAME", nobody.Error, StringComparison.Ordinal);
        Assert.Contains("one, two", several.Error, StringComparison.Ordinal);
        Assert.Contains("no integration named 'nowhere'", elsewhere.Error, StringComparison.Ordinal);
        AssertNoSecret(wrong, missing, nobody, several, elsewhere);
    }

    private static Task<KonnectSandbox> StartAsync(string? instance = "azure-devops") =>
        KonnectSandbox.StartAsync(new KonnectSandboxOptions { Token = Token, InstanceName = instance }, CancellationToken.None);

    private static string[] Arguments(KonnectSandbox konnect) =>
        ["konnect", "provision", $"--Konnect:BaseUrl={konnect.BaseAddress}", $"--Konnect:Token={Token}"];

    private static Task<CommandRun> RunAsync(KonnectSandbox konnect, params string[] more) => CommandLineHarness.RunAsync([.. Arguments(konnect), .. more]);

    private static void AssertNoSecret(params CommandRun[] runs) =>
        Assert.All(runs, run => Assert.DoesNotContain("canary", run.Output + run.Error, StringComparison.Ordinal));
}
