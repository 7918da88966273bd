using System.Net;
using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AzdoWebhookBridge.Tests.Ingress;

/// <summary>Whatever is not the sender's fault has to be a 503 with Retry-After: all else makes Azure DevOps stop sending.</summary>
public sealed class IngressFailureTests
{
    private static async Task AssertUnavailableAsync(HttpResponseMessage response)
    {
        await ProblemAssert.IsProblemAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.True(response.Headers.RetryAfter?.Delta > TimeSpan.Zero);
    }

    public static TheoryData<Exception> Failures => new()
    {
        new StoreUnavailableException("the disk is full"),
        new InvalidOperationException("canary-exception-text"),
        new IOException("canary-exception-text"),
        new OperationCanceledException("canary-exception-text"),
        new TimeoutException("canary-exception-text"),
        new FormatException("canary-exception-text"),
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task StoreFails_Is503AndTheNextOneIsTaken(Exception failure)
    {
        await using var host = await BridgeHost.StartAsync();
        host.Store.OnAppend = () => Task.FromException(failure);

        using var response = await host.PostAsync(Payloads.Push());

        await AssertUnavailableAsync(response);
        Assert.DoesNotContain("canary", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        host.Store.OnAppend = () => Task.CompletedTask;
        Assert.Equal(HttpStatusCode.Accepted, (await host.PostAsync(Payloads.Push())).StatusCode);
    }

    [Fact]
    public async Task UnexpectedFailure_IsLoggedOnceHoweverOften()
    {
        await using var host = await BridgeHost.StartAsync();
        host.Store.OnAppend = () => Task.FromException(new InvalidOperationException("defect"));

        for (var round = 0; round < 20; round++)
        {
            await AssertUnavailableAsync(await host.PostAsync(Payloads.Push()));
        }

        Assert.Single(host.Logs.Entries, entry => entry.Level == LogLevel.Error);
    }

    [Fact]
    public async Task RetryAfter_IsTheSetting()
    {
        await using var host = await BridgeHost.StartAsync(settings => settings["Ingress:RetryAfter"] = "00:00:17");
        host.Store.OnAppend = () => Task.FromException(new StoreUnavailableException("full"));

        using var response = await host.PostAsync(Payloads.Push());

        Assert.Equal(TimeSpan.FromSeconds(17), response.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task InFlightBudgetUsedUp_Is503UntilItIsFree()
    {
        await using var host = await BridgeHost.StartAsync(settings => settings["Ingress:MaxBytesInFlight"] = "2000");
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Store.OnAppend = () =>
        {
            entered.TrySetResult();
            return release.Task;
        };

        var first = host.PostAsync(Payloads.Push().PadRight(1900));
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await AssertUnavailableAsync(await host.PostAsync(Payloads.Push()));
        await AssertUnavailableAsync(await host.PostAsync(Payloads.Push(), request => request.Headers.TransferEncodingChunked = true));
        release.SetResult();
        Assert.Equal(HttpStatusCode.Accepted, (await first).StatusCode);

        Assert.Equal(HttpStatusCode.Accepted, (await host.PostAsync(Payloads.Push())).StatusCode);
        Assert.Equal(0, host.App.Services.GetRequiredService<InFlightBudget>().Taken);
    }

    [Fact]
    public async Task BudgetIsGivenBack_AfterEveryKindOfAnswer()
    {
        await using var host = await BridgeHost.StartAsync(settings => settings["Ingress:MaxBodyBytes"] = "4096");
        foreach (var body in new[] { Payloads.Push(), "{", "{}", new string(' ', 5000) })
        {
            (await host.PostAsync(body)).Dispose();
            (await host.PostAsync(body, request => request.Headers.TransferEncodingChunked = true)).Dispose();
        }

        host.Store.OnAppend = () => Task.FromException(new IOException());
        (await host.PostAsync(Payloads.Push())).Dispose();

        Assert.Equal(0, host.App.Services.GetRequiredService<InFlightBudget>().Taken);
    }

    [Fact]
    public async Task ShuttingDown_Is503()
    {
        await using var host = await BridgeHost.StartAsync();
        host.App.Lifetime.StopApplication();

        await AssertUnavailableAsync(await host.PostAsync(Payloads.Push()));
    }

    [Fact]
    public async Task ReloadThatDoesNotBind_KeepsTheEarlierSettings()
    {
        await using var host = await BridgeHost.StartAsync();
        Assert.Equal(HttpStatusCode.Accepted, (await host.PostAsync(Payloads.Push())).StatusCode);

        host.App.Configuration["Ingress:MaxBodyBytes"] = "a lot";
        Record.Exception(() => host.Reconfigure(("Ingress:Credentials:0:Password", "other")));

        Assert.Equal(HttpStatusCode.Accepted, (await host.PostAsync(Payloads.Push(notificationId: 99))).StatusCode);
    }
}
