using AzdoWebhookBridge.Cli.Output;
using Microsoft.AspNetCore.Http;

namespace AzdoWebhookBridge.Tests.Cli;

/// <summary>What commands say when the service is not there, is something else, or does not want them.</summary>
public sealed class RemoteFailureTests
{
    private const string Key = "canary-key-of-failures";

    public static TheoryData<string> Commands =>
    [
        "overview",
        "targets list",
        "targets pause port",
        "targets resume port",
        "events list",
        "events show 1",
        "events watch --for 0",
        "events replay 1",
        "entities list",
        "entities show port b i",
        "entities retry port b i",
    ];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task NoKey_SaysWhereItGoes(string command)
    {
        var run = await RunAsync(command, "--url", "http://127.0.0.1:9");
        Assert.Contains("There is no API key. Give it as the service has it, by Admin:ApiKeys:0", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task NothingListens_AsksWhetherTheServiceRuns(string command)
    {
        var run = await RunAsync(command, "--url", "http://127.0.0.1:9", $"--Admin:ApiKeys:0={Key}");
        Assert.Contains("Nothing answers at http://127.0.0.1:9/. Is the service running there?", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task WrongKey_NamesTheSettingAndNotTheKey(string command)
    {
        await using var host = await Infrastructure.BridgeHost.StartAsync();
        var run = await RunAsync(command, "--url", host.BaseAddress.ToString(), $"--Admin:ApiKeys:0={Key}");
        Assert.Contains("refuses the key of Admin:ApiKeys:0", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://bridge.example.com", "--url must be https; http is for loopback hosts only.")]
    [InlineData("bridge.example.com", "--url must be an absolute https URL.")]
    [InlineData("https://user:secret@bridge.example.com", "--url must not contain a credential.")]
    public async Task Address_MustBeFitForASecret(string url, string expected)
    {
        var run = await RunAsync("overview", "--url", url, $"--Admin:ApiKeys:0={Key}");
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret@", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirect_IsNotFollowed()
    {
        var followed = false;
        await using var other = await StubService.StartAsync(context =>
        {
            followed = true;
            return Task.CompletedTask;
        });
        await using var stub = await StubService.StartAsync(context =>
        {
            context.Response.Redirect(other.Address + context.Request.Path, permanent: true);
            return Task.CompletedTask;
        });

        var run = await RunAsync("overview", "--url", stub.Address, $"--Admin:ApiKeys:0={Key}");

        Assert.Contains("redirect (301), which is not followed with a key", run.Error, StringComparison.Ordinal);
        Assert.False(followed);
    }

    [Theory]
    [InlineData(200, "application/json", "{\"eventsWaiting\":\"many\"}", "does not understand")]
    [InlineData(200, "text/html", "<html>", "does not understand")]
    [InlineData(200, "application/json", "null", "does not understand")]
    [InlineData(404, "text/html", "<html>", "There is no bridge's API at")]
    [InlineData(500, "text/html", "<html>", "answers 500, which is no answer of a bridge")]
    [InlineData(503, "application/problem+json", "{\"detail\":\"The store cannot\\u001b[31m serve now.\"}", "cannot serve now: The store cannot\uFFFD[31m serve now.")]
    [InlineData(418, "application/problem+json", "{\"detail\":\"A teapot.\"}", "A teapot.")]
    [InlineData(401, "application/problem+json", "[]", "refuses the key")]
    public async Task OddAnswers_AreExplained(int status, string type, string body, string expected)
    {
        await using var stub = await StubService.StartAsync(async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            await context.Response.WriteAsync(body);
        });
        var run = await RunAsync("overview", "--url", stub.Address, $"--Admin:ApiKeys:0={Key}");
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Error);
    }

    [Fact]
    public async Task OtherVersion_IsNoted()
    {
        await using var stub = await StubService.StartAsync(async context =>
        {
            context.Response.Headers["Bridge-Version"] = "99.0.0";
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"eventsWaiting":0,"oldestEventReceivedAt":null,"targets":[]}""");
        });
        var run = (await CommandLineHarness.RunAsync("overview", "--json", "--url", stub.Address, $"--Admin:ApiKeys:0={Key}")).Exits(ExitCode.Done);
        Assert.Contains("the service is version 99.0.0", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, run.Json.GetProperty("eventsWaiting").GetInt32());
    }

    [Theory]
    [InlineData("213\n", ExitCode.Done, 2)]
    [InlineData("yes\n", ExitCode.Failed, 1)]
    [InlineData("", ExitCode.Failed, 1)]
    [InlineData(null, ExitCode.Failed, 1)]
    public async Task ManyEvents_AreReplayedOnlyWhenTheirNumberIsTyped(string? answers, int exitCode, int requests)
    {
        var bodies = new List<string>();
        await using var stub = await StubService.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            bodies.Add(await reader.ReadToEndAsync());
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"count":213}""");
        });

        var run = (await CommandLineHarness.RunAsync(
            ["events", "replay", "--state", "ignored", "--url", stub.Address, $"--Admin:ApiKeys:0={Key}"], answers)).Exits(exitCode);

        Assert.Equal(requests, bodies.Count);
        Assert.Contains("\"dryRun\":true", bodies[0], StringComparison.Ordinal);
        Assert.Contains("213 events match.", run.Error, StringComparison.Ordinal);
        if (requests > 1)
        {
            Assert.Contains("\"expectedCount\":213", bodies[1], StringComparison.Ordinal);
        }
    }

    private static async Task<CommandRun> RunAsync(string command, params string[] more)
    {
        var run = (await CommandLineHarness.RunAsync([.. command.Split(' '), .. more])).Exits(ExitCode.Failed);
        Assert.Empty(run.Output);
        Assert.DoesNotContain(Key, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        return run;
    }
}
