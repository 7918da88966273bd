using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using AzdoWebhookBridge.Sandbox.Konnect;
using AzdoWebhookBridge.Sandbox.Port;

namespace AzdoWebhookBridge.Cli.Demo;

/// <summary>Starts the stand-ins and the bridge in this process, on loopback, in a temporary folder, and plays the story.</summary>
internal static class DemoRun
{
    private static readonly TimeSpan LifeGoesOn = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(CommandOutput output, bool once, int? port, CancellationToken cancellationToken)
    {
        // At Ctrl-C the command line waits for the end of this task, once it has one.
        await Task.Yield();
        var listenOn = DemoBridge.ChoosePort(port ?? (once ? 0 : DemoCommand.DefaultPort));
        var folder = Directory.CreateTempSubdirectory("azdo-bridge-demo-");
        try
        {
            return await RunAsync(output, once, listenOn, folder.FullName, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<int> RunAsync(CommandOutput output, bool once, int listenOn, string folder, CancellationToken cancellationToken)
    {
        var clock = new DemoClock();
        await using var port = await PortSandbox.StartAsync(new PortSandboxOptions { Blueprints = [] }, cancellationToken).ConfigureAwait(false);
        await using var konnect = await KonnectSandbox.StartAsync(new KonnectSandboxOptions { InstanceName = null }, cancellationToken)
            .ConfigureAwait(false);
        // Azure DevOps promises no order and at least one delivery; here it makes use of both.
        await using var azureDevOps = await AzureDevOpsSandbox.StartAsync(
            new AzureDevOpsSandboxOptions { Organizations = [DemoWorld.OrganizationName], Time = clock, DeliversTwice = true, ShuffleSeed = 1 },
            cancellationToken).ConfigureAwait(false);
        await using var bridge = new DemoBridge(listenOn, Settings(folder, port, konnect, azureDevOps));
        var world = new DemoWorld(output, port, konnect, azureDevOps, clock, bridge);

        world.Screen.Say($"AzdoWebhookBridge demo: the bridge on {bridge.Address}, stand-ins of Azure DevOps on {azureDevOps.BaseAddress}, "
            + $"of Port on {port.BaseAddress} and of Konnect on {konnect.BaseAddress}");
        IDemoChapter[] chapters =
        [
            new ProvisioningChapter(world), new HooksChapter(world), new BackfillChapter(world), new LiveEventsChapter(world), new OutageChapter(world),
        ];
        foreach (var chapter in chapters)
        {
            world.Screen.BeginChapter(chapter.Title, chapter.About);
            await chapter.PlayAsync(cancellationToken).ConfigureAwait(false);
        }

        var isAsExpected = DemoReport.Write(world, [.. chapters.SelectMany(chapter => chapter.Expectations)]);
        if (!once)
        {
            await ServeAsync(world, cancellationToken).ConfigureAwait(false);
        }

        return isAsExpected ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task ServeAsync(DemoWorld world, CancellationToken cancellationToken)
    {
        var address = world.Bridge.Address;
        world.Screen.Say("");
        world.Screen.Say($"Serving until Ctrl-C; somebody edits a work item every {LifeGoesOn.TotalSeconds:0} seconds.");
        world.Screen.Say($"Health: {address}health/ready  API: {address}swagger  (X-Api-Key: {DemoBridge.ApiKey})");
        world.Screen.Say($"From another terminal: bridge events watch --url {address} --Admin:ApiKeys:0={DemoBridge.ApiKey}");
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var life = LiveOnAsync(world.Contoso, end.Token);
        await world.Bridge.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
        await life.ConfigureAwait(false);
    }

    private static async Task LiveOnAsync(SandboxOrganization contoso, CancellationToken cancellationToken)
    {
        string[] states = ["Active", "Resolved", "Closed"];
        try
        {
            for (var step = 0; ; step++)
            {
                await Task.Delay(LifeGoesOn, cancellationToken).ConfigureAwait(false);
                contoso.UpdateWorkItem(100 + (step % 50), state: states[step % states.Length]);
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private static Dictionary<string, string?> Settings(string folder, PortSandbox port, KonnectSandbox konnect, AzureDevOpsSandbox azureDevOps) =>
        new(StringComparer.Ordinal)
        {
            ["Storage:ConnectionString"] = $"Data Source={Path.Combine(folder, "bridge.db")}",
            ["Port:BaseUrl"] = port.BaseAddress.ToString(),
            ["Port:ClientId"] = port.Options.ClientId,
            ["Port:ClientSecret"] = port.Options.ClientSecret,
            ["Konnect:BaseUrl"] = konnect.BaseAddress.ToString(),
            ["Konnect:Token"] = konnect.Options.Token,
            ["AzureDevOps:Organizations:0:Url"] = azureDevOps.OrganizationAddress(DemoWorld.OrganizationName).ToString(),
            ["AzureDevOps:Organizations:0:Pat"] = azureDevOps.Options.Pat,
        };
}
