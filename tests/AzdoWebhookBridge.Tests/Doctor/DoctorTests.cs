using System.Net;
using AzdoWebhookBridge.Doctor;
using AzdoWebhookBridge.Sandbox.Port;
using AzdoWebhookBridge.Tests.AzureDevOps;
using AzdoWebhookBridge.Tests.Cli;
using AzdoWebhookBridge.Tests.Port;

namespace AzdoWebhookBridge.Tests.Doctor;

public sealed class DoctorTests
{
    [Fact]
    public async Task InstallationInWhichAllIsWell_HasNoFindings()
    {
        await using var bed = await DoctorBed.StartAsync();

        var findings = await bed.RunAsync();

        Assert.DoesNotContain(findings, finding => finding.Severity > Severity.Skipped);
        Has(findings, "port", Severity.Ok, "4 blueprints are as the mapping needs them");
        Has(findings, "konnect contoso", Severity.Ok, "Works");
        Has(findings, "azure devops contoso", Severity.Ok, "service hooks are as they should be");
        Has(findings, "azure devops contoso", Severity.Ok, "May read projects, repositories, pipelines and work items");
        Has(findings, "public url", Severity.Ok, "The bridge answers");
        Has(findings, "service", Severity.Ok, "ready");
        Has(findings, "api key", Severity.Ok, "takes it");
        Has(findings, "store", Severity.Skipped, "running service");
        Has(findings, "notify", Severity.Skipped, "not set");
        Assert.Equal(3, findings.Count(finding => finding is { Check: "clock", Severity: Severity.Ok }));
    }

    [Fact]
    public async Task CatalogsThatRefuseOrLackSomething_AreFoundOut()
    {
        await using var bed = await DoctorBed.StartAsync();
        bed.Port.RemoveBlueprint("azure_devops_repository");
        bed.Port.AddBlueprint(SandboxBlueprint.Parse("""
            {"identifier":"azure_devops_pipeline","title":"P","schema":{"properties":{"url":{"type":"string"},"revision":{"type":"string"}}},"relations":{}}
            """));
        bed.Konnect.ChangeCredential("azure-devops", isTainted: true);

        var findings = await bed.RunAsync();

        Has(findings, "port", Severity.Problem, "azure_devops_repository is missing", "bridge port provision");
        Has(findings, "port", Severity.Problem, "properties.revision: change from string to number", "--force");
        Has(findings, "konnect contoso", Severity.Problem, "tainted");

        bed.Konnect.ChangeCredential("azure-devops", isTainted: false, TimeProvider.System.GetUtcNow().AddDays(3));
        bed.Settings["Port:ClientSecret"] = "canary-wrong";
        findings = await bed.RunAsync();
        Has(findings, "port", Severity.Problem, "check Port:ClientId and Port:ClientSecret");
        Has(findings, "konnect contoso", Severity.Warning, "ends on");

        bed.Settings["Konnect:Token"] = "kpat_canary-wrong";
        Has(await bed.RunAsync(), "konnect", Severity.Problem, "check Konnect:Token", "Integration Admin");
    }

    [Fact]
    public async Task OrganizationThatKonnectDoesNotKnow_IsToBeConnected()
    {
        await using var bed = await DoctorBed.StartAsync();
        bed.Konnect.Reset();

        Has(await bed.RunAsync(), "konnect contoso", Severity.Problem, "instance is missing", "bridge konnect provision --organization");
    }

    [Fact]
    public async Task Hooks_ThatAreMissingOrOff_AreFoundOut()
    {
        await using var bed = await DoctorBed.StartAsync();
        SetStatus(bed, "git.push", "disabledBySystem");
        SetStatus(bed, "workitem.created", "onProbation");

        var findings = await bed.RunAsync();

        Has(findings, "azure devops contoso", Severity.Problem, "(git.push): each was switched off after too many failures", "bridge hooks apply");
        Has(findings, "azure devops contoso", Severity.Problem, "on probation");

        bed.Settings["AzureDevOps:PublicUrl"] = "http://127.0.0.1:9";
        findings = await bed.RunAsync();
        Has(findings, "azure devops contoso", Severity.Problem, "each is missing");
        Has(findings, "public url", Severity.Warning, "does not answer from here");
    }

    [Theory]
    [InlineData("vso.project", "Project and team (read)")]
    [InlineData("vso.code", "Code (read)")]
    [InlineData("vso.build", "Build (read)")]
    [InlineData("vso.work", "Work items (read)")]
    [InlineData("vso.hooks", "Service hooks (manage)")]
    [InlineData("nothing of this organization", "AzureDevOps:Organizations:#:Pat")]
    public async Task PermissionThatIsMissing_IsNamed(string scope, string expected)
    {
        await using var bed = await DoctorBed.StartAsync(withHooks: false);
        bed.Settings["AzureDevOps:Organizations:0:Pat"] = $"canary-without-{scope}";

        var finding = (await bed.RunOnlyAsync<AzureDevOpsCheck>()).First(one => one is { Severity: Severity.Problem });
        Assert.Contains(expected, finding.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, Severity.Problem, "every delivery is refused")]
    [InlineData("azdo", "changeme", Severity.Problem, "everybody tries")]
    [InlineData("azdo", "AZDO", Severity.Problem, "everybody tries")]
    [InlineData("azdo", "short-9x", Severity.Warning, "weak")]
    [InlineData("azdo", "aaaaaaaaaaaaaaaaaaaaaaaa", Severity.Warning, "weak")]
    public async Task IngressCredential_IsJudged(string? username, string? password, object severity, string expected)
    {
        await using var bed = await DoctorBed.StartAsync(withHooks: false);
        bed.Settings["Ingress:Credentials:0:Username"] = username ?? "";
        bed.Settings["Ingress:Credentials:0:Password"] = password ?? "";

        var findings = await bed.RunAsync();

        Has(findings, "ingress", (Severity)severity, expected);
        Assert.DoesNotContain(findings, finding => password is not null && finding.Sentence.Contains(password, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ServiceThatIsIllOrGone_OrAnother_IsFoundOut()
    {
        await using var bed = await DoctorBed.StartAsync(withHooks: false);
        bed.Readiness = """{"status":"unhealthy","checks":[{"name":"store","status":"unhealthy","detail":"Does not take writes."},{"name":"mapping","status":"degraded","detail":"Old rules."}]}""";
        bed.Settings["Admin:ApiKeys:0"] = "canary-another-key";
        var findings = await bed.RunAsync();
        Has(findings, "service", Severity.Problem, "store: Does not take writes.");
        Has(findings, "service", Severity.Warning, "mapping: Old rules.");
        Has(findings, "service", Severity.Problem, "not ready");
        Has(findings, "api key", Severity.Problem, "refuses the configured key", "restart");

        bed.Readiness = null;
        findings = await bed.RunAsync();
        Has(findings, "service", Severity.Warning, "Something else than the bridge");
        Has(findings, "public url", Severity.Problem, "Something else than the bridge");

        bed.Settings.Remove("Admin:ApiKeys:0");
        bed.ServiceAddress = new Uri("http://127.0.0.1:9/health/ready");
        findings = await bed.RunAsync();
        Has(findings, "service", Severity.Warning, "No service answers at http://127.0.0.1:9.", "bridge serve");
        Has(findings, "store", Severity.Ok, "will be made at the first start");
    }

    [Fact]
    public async Task Store_IsLookedAtWhileTheServiceIsDown()
    {
        await using var bed = await DoctorBed.StartAsync(withHooks: false);
        bed.ServiceAddress = new Uri("http://127.0.0.1:9/health/ready");

        await File.WriteAllTextAsync(Path.Combine(bed.Folder, "bridge.db"), new string('x', 4096));
        Has(await bed.RunAsync(), "store", Severity.Problem, "cannot be opened (SQLite code 26)", "backup");

        bed.Settings["Storage:ConnectionString"] = "Data Source=:memory:";
        Has(await bed.RunAsync(), "store", Severity.Problem, "does not name a file");
    }

    [Theory]
    [InlineData("https://10.1.2.3", Severity.Problem, "private or loopback")]
    [InlineData("https://does-not-exist.invalid", Severity.Problem, "does not resolve")]
    [InlineData("", Severity.Warning, "is not set")]
    public async Task PublicUrl_HasToBeReachable(string url, object severity, string expected)
    {
        await using var bed = await DoctorBed.StartAsync(withHooks: false);
        bed.Settings.Remove("AzureDevOps:Organizations:0:Pat");
        bed.Settings.Remove("AzureDevOps:Organizations:0:Url");
        bed.Settings["AzureDevOps:PublicUrl"] = url;
        bed.Settings["AzureDevOps:Organizations:0:Url"] = "https://dev.azure.com/contoso";
        bed.Settings["AzureDevOps:Organizations:0:Pat"] = "canary";
        var check = await bed.RunOnlyAsync<PublicUrlCheck>();

        Has(check, "public url", (Severity)severity, expected);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("10.0.0.1", true)]
    [InlineData("172.16.0.1", true)]
    [InlineData("172.32.0.1", false)]
    [InlineData("192.168.1.1", true)]
    [InlineData("169.254.1.1", true)]
    [InlineData("100.64.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("fd00::1", true)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("20.37.158.0", false)]
    [InlineData("2603:1030::1", false)]
    public void PrivateAddresses_AreKnown(string address, bool expected) => Assert.Equal(expected, PublicUrlCheck.IsPrivate(IPAddress.Parse(address)));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(20, 20)]
    [InlineData(-20, -19)]
    public void ClockDifference_AllowsForWholeSecondsAndTheWay(int serverAhead, int expected)
    {
        var before = new DateTimeOffset(2026, 2, 1, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal(TimeSpan.FromSeconds(expected), ClockCheck.Difference(before, before, before.AddSeconds(serverAhead)));
        Assert.Equal(TimeSpan.Zero, ClockCheck.Difference(before, before.AddSeconds(2), before.AddSeconds(1)));
    }

    [Theory]
    [InlineData(10, Severity.Warning, "ahead of")]
    [InlineData(-300, Severity.Problem, "behind")]
    public async Task ClockThatIsOff_IsFoundOut(int seconds, object severity, string expected)
    {
        await using var bed = await DoctorBed.StartAsync(withHooks: false);
        bed.Time = new ShiftedTime(TimeSpan.FromSeconds(seconds));

        Has(await bed.RunOnlyAsync<ClockCheck>(), "clock", (Severity)severity, expected, "time server");
    }

    [Fact]
    public async Task Rules_ThatCannotBeUsed_AreProblems()
    {
        await using var bed = await DoctorBed.StartAsync(withHooks: false);
        bed.Settings["Mapping:Path"] = Path.Combine(bed.Folder, "none.yaml");
        Has(await bed.RunAsync(), "mapping", Severity.Problem, "there is no such file");

        await File.WriteAllTextAsync(bed.Settings["Mapping:Path"]!, "- blueprint: ours\n  entity: { identifier: .body.id | tostring }\n");
        var findings = await bed.RunAsync();
        Has(findings, "mapping", Severity.Warning, "tostring");
        Has(findings, "port", Severity.Problem, "ours, a blueprint that is not in Port");
    }

    [Fact]
    public async Task NotifyTest_SendsAMessageAndHidesTheAddress()
    {
        await using var bed = await DoctorBed.StartAsync(withHooks: false);
        await using var receiver = await TinyServer.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/good" ? 204 : 500;
            return Task.CompletedTask;
        });
        Has(await bed.RunOnlyAsync<NotifyCheck>(testsNotify: true), "notify", Severity.Problem, "nobody to send a test to");
        bed.Settings["Notify:Url"] = new Uri(receiver.Address, "good").ToString();
        Has(await bed.RunOnlyAsync<NotifyCheck>(), "notify", Severity.Skipped, "--notify-test");
        Assert.Empty(receiver.Seen);
        Has(await bed.RunOnlyAsync<NotifyCheck>(testsNotify: true), "notify", Severity.Ok, "took a test message");
        bed.Settings["Notify:Url"] = new Uri(receiver.Address, "canary-path").ToString();
        Has(await bed.RunOnlyAsync<NotifyCheck>(testsNotify: true), "notify", Severity.Problem, "status 500");
    }

    [Fact]
    public async Task NothingConfigured_IsSaidAndSkipped()
    {
        await using var bed = await DoctorBed.StartAsync(withHooks: false);
        bed.Settings.Clear();

        var findings = await bed.RunAsync();

        Has(findings, "configuration", Severity.Warning, "nobody is told", "Port:ClientId");
        Has(findings, "port", Severity.Skipped, "not set");
        Has(findings, "konnect", Severity.Skipped, "not set");
        Has(findings, "azure devops", Severity.Skipped, "No organization is configured");
        Has(findings, "public url", Severity.Skipped, "No organization");
        Has(findings, "clock", Severity.Skipped, "no service");
        Has(findings, "api key", Severity.Warning, "No key is configured");
    }

    [Fact]
    public async Task OrganizationThatHangs_DoesNotHideTheOthers()
    {
        await using var bed = await DoctorBed.StartAsync(withHooks: false);
        var time = new ManualTime();
        var (isHanging, isReading) = (Signal(), Signal());
        await using var hanging = await TinyServer.StartAsync(async context =>
        {
            var gone = Signal();
            await using var registration = context.RequestAborted.Register(gone.SetResult);
            isHanging.TrySetResult();
            await gone.Task;
        });
        bed.AzureDevOps.Faults.RespondOnceWith(500, when: request => request.Path.EndsWith("/eventtypes", StringComparison.OrdinalIgnoreCase) && isReading.TrySetResult() && false);
        bed.Time = time;
        bed.Settings["AzureDevOps:Organizations:1:Url"] = new Uri(hanging.Address, "fabrikam").ToString();
        bed.Settings["AzureDevOps:Organizations:1:Pat"] = "canary-2";

        var running = bed.RunOnlyAsync<AzureDevOpsCheck>();
        await Task.WhenAll(isHanging.Task, isReading.Task);
        time.Advance(AzureDevOpsCheck.TimeLimit);

        var findings = await running;
        Has(findings, "azure devops contoso", Severity.Ok, "May read projects");
        Has(findings, "azure devops fabrikam", Severity.Problem, "Had no result");
    }

    [Fact]
    public async Task CheckThatThrows_IsAFindingWithoutItsText()
    {
        var findings = await new DoctorRun([new ThrowingCheck()], TimeProvider.System).RunAsync(CancellationToken.None);

        Assert.Equal(
            [(Severity.Ok, "First."), (Severity.Problem, "The check itself failed (InvalidOperationException).")],
            findings.Select(finding => (finding.Severity, finding.Sentence)));
    }

    [Fact]
    public async Task Command_ShowsFindingsAndFixes_AndItsJsonHasThemAll()
    {
        await using var bed = await DoctorBed.StartAsync(withHooks: false);
        bed.Settings["Ingress:Credentials:0:Password"] = "changeme";

        var run = (await CommandLineHarness.RunAsync(["doctor", .. bed.Arguments])).Exits(2);
        var json = (await CommandLineHarness.RunAsync(["doctor", "--json", .. bed.Arguments])).Exits(2).Json;
        var terminal = (await CommandLineHarness.RunAsync(["doctor", .. bed.Arguments], answers: null, isTerminal: true)).Exits(2);
        var broken = (await CommandLineHarness.RunAsync(["doctor", "--Port:ClientId=half"])).Exits(1);

        Assert.Contains("problem ingress", run.Output, StringComparison.Ordinal);
        Assert.Contains("> Run 'bridge hooks apply'.", run.Output, StringComparison.Ordinal);
        Assert.Contains("problems", run.Error, StringComparison.Ordinal);
        Assert.Equal("problem", json.GetProperty("status").GetString());
        Assert.Contains(json.GetProperty("findings").EnumerateArray(), finding => finding.GetProperty("check").GetString() == "ingress"
            && finding.GetProperty("severity").GetString() == "problem" && finding.GetProperty("fix").GetString()!.Length > 0);
        Assert.Contains("ingress", terminal.Output, StringComparison.Ordinal);
        Assert.Contains("Port:ClientSecret: is missing", broken.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", run.Output + run.Error + json + terminal.Output, StringComparison.Ordinal);
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static void SetStatus(DoctorBed bed, string eventType, string status)
    {
        var contoso = bed.AzureDevOps.Organization("contoso");
        contoso.SetSubscriptionStatus(contoso.Subscriptions.Single(hook => hook.EventType == eventType).Id, status);
    }

    private static void Has(IReadOnlyList<Finding> findings, string check, Severity severity, string sentence, string fix = "") => Assert.True(
        findings.Any(finding => finding.Check == check && finding.Severity == severity
            && finding.Sentence.Contains(sentence, StringComparison.Ordinal) && (finding.Fix ?? "").Contains(fix, StringComparison.Ordinal)),
        $"no {severity} of '{check}' with '{sentence}' and '{fix}':\n{string.Join('\n', findings)}");

    private sealed class ThrowingCheck : IDoctorCheck
    {
        public string Name => "throwing";

        public async IAsyncEnumerable<Finding> RunAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            yield return new Finding(Name, Severity.Ok, "First.");
            throw new InvalidOperationException("canary");
        }
    }

    private sealed class ShiftedTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
