using System.Net;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using AzdoWebhookBridge.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace AzdoWebhookBridge.Tests.Faults.Infrastructure;

/// <summary>A story that is told again and again, each time of other things, and that has to end well whichever call fails.</summary>
/// <param name="Tell">Tells it: the rig and the number of the round.</param>
/// <param name="IsTold">Whether both catalogs show how it ended.</param>
internal sealed record Scenario(Func<FaultRig, int, Task> Tell, Func<FaultRig, int, bool> IsTold)
{
    private const int Burst = 12;

    public static IReadOnlyDictionary<string, Scenario> All { get; } = new Dictionary<string, Scenario>(StringComparer.Ordinal)
    {
        ["create"] = new(
            (rig, round) => rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, round, 1, $"Item {round}")),
            (rig, round) => Title(rig, round) == $"Item {round}"),
        ["burst"] = new(BurstAsync, (rig, round) => Items(round).All(item => Title(rig, item) == $"Item {item} at 2")),
        ["delete"] = new(DeleteAsync, (rig, round) => Title(rig, round) is null),
        ["rename"] = new(RenameAsync, (rig, round) => rig.Port.Find(FaultRig.Repository, Renamed(rig, round).Id.ToString())?.Title == $"new-{round}"),
        ["service"] = new(ServiceAsync, (rig, round) => rig.Konnect.Mappings.Count(mapping => mapping.ServiceName == $"service-{round}") == 1),
        ["token"] = new(TokenAsync, (rig, round) => Title(rig, round) == $"Item {round}"),
        ["replay"] = new(ReplayAsync, (rig, round) => Title(rig, round) == $"Item {round}"),
        ["prune"] = new(PruneAsync, (rig, round) => Title(rig, round) == $"Item {round}"),
        ["park"] = new(ParkAsync, (rig, round) => Title(rig, round) == $"Item {round}"),
        ["pause"] = new(PauseAsync, (rig, round) => Title(rig, round) == $"Item {round}"),
        ["backfill"] = new(BackfillAsync, (rig, round) => rig.Port.Entities(FaultRig.WorkItem).Any(item => item.Title == $"Old item {round}")),
    };

    private static string? Title(FaultRig rig, int item) => rig.Port.Find(FaultRig.WorkItem, $"{item}")?.Title;

    private static IEnumerable<int> Items(int round) => Enumerable.Range(round * Burst, Burst);

    private static SampleRepository Renamed(FaultRig rig, int round) => rig.Contoso.Repository(rig.Project, $"old-{round}") with { Name = $"new-{round}" };

    private static async Task BurstAsync(FaultRig rig, int round)
    {
        var created = Items(round).Select(item => rig.Contoso.WorkItem("created", rig.Project, item, 1, $"Item {item} at 1")).ToList();
        var updated = Items(round).Select(item => rig.Contoso.WorkItemUpdated(rig.Project, item, 2, $"Item {item} at 2")).ToList();
        await rig.PostAllAsync(updated.Concat(created));
    }

    private static async Task CreateAsync(FaultRig rig, int round)
    {
        await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, round, 1, $"Item {round}"));
        await rig.UntilAsync($"item {round} in Port", () => Title(rig, round) is not null);
    }

    private static async Task DeleteAsync(FaultRig rig, int round)
    {
        await CreateAsync(rig, round);
        await rig.PostAsync(rig.Contoso.WorkItem("deleted", rig.Project, round, 2, $"Item {round}"));
    }

    private static async Task RenameAsync(FaultRig rig, int round)
    {
        var repository = rig.Contoso.Repository(rig.Project, $"old-{round}");
        rig.Konnect.DiscoverRepository("contoso", rig.Project.Name, repository.Id.ToString(), repository.Name);
        await rig.PostAsync(rig.Contoso.RepositoryChanged("created", repository));
        await rig.PostAsync(rig.Contoso.RepositoryChanged("renamed", Renamed(rig, round)));
    }

    private static async Task ServiceAsync(FaultRig rig, int round)
    {
        var repository = rig.Contoso.Repository(rig.Project, $"service-{round}");
        rig.Konnect.DiscoverRepository("contoso", rig.Project.Name, repository.Id.ToString(), repository.Name);
        await rig.PostAsync(rig.Contoso.Push(repository));
    }

    private static async Task TokenAsync(FaultRig rig, int round)
    {
        rig.Port.ExpireToken();
        await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, round, 1, $"Item {round}"));
    }

    private static async Task ReplayAsync(FaultRig rig, int round)
    {
        var id = await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, round, 1, $"Item {round}"));
        await rig.UntilAsync($"item {round} in Port", () => Title(rig, round) is not null);
        await rig.OperateAsync(HttpMethod.Post, $"api/events/{id}/replay");
        await rig.UntilAsync($"event {id} folded", async () =>
            (await rig.OperateAsync(HttpMethod.Get, $"api/events/{id}")).GetProperty("event").GetProperty("state").GetString() == "folded");
    }

    private static async Task PruneAsync(FaultRig rig, int round)
    {
        await CreateAsync(rig, round);
        var store = rig.Services.GetRequiredService<IBridgeStore>();
        await rig.UntilAsync("finished events pruned", async () =>
        {
            try
            {
                await store.PruneEventsAsync(rig.Time.GetUtcNow().AddSeconds(1).ToUnixTimeMilliseconds(), 100, CancellationToken.None);
                return (await store.ListEventsAsync(new EventFilter(), CancellationToken.None)).Count == 0;
            }
            catch (StoreUnavailableException)
            {
                return false;
            }
        });
    }

    private static async Task ParkAsync(FaultRig rig, int round)
    {
        rig.Port.Faults.RefuseEntity(write => write.Identifier == $"{round}");
        await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, round, 1, $"Item {round}"));
        await rig.UntilAsync($"item {round} parked", async () =>
            (await rig.OperateAsync(HttpMethod.Get, "api/entities?state=parked")).GetProperty("items").GetArrayLength() == 1);
        rig.Port.Faults.Clear();
        await rig.OperateAsync(HttpMethod.Post, $"api/entities/port/{FaultRig.WorkItem}/{round}/retry");
    }

    private static async Task PauseAsync(FaultRig rig, int round)
    {
        await rig.OperateAsync(HttpMethod.Post, "api/targets/port/pause");
        await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, round, 1, $"Item {round}"));
        await rig.OperateAsync(HttpMethod.Post, "api/targets/port/resume");
    }

    private static async Task BackfillAsync(FaultRig rig, int round)
    {
        var organization = rig.AzureDevOps.Organization("contoso");
        var project = organization.Projects.Count > 0 ? organization.Projects[0] : organization.AddProject("Payments");
        organization.AddWorkItem(project, $"Old item {round}");
        await rig.OperateAsync(HttpMethod.Post, "api/backfill", new { kinds = new[] { "workitem" } }, underWay: HttpStatusCode.Conflict);
        await rig.UntilAsync("backfill done", async () =>
            (await rig.OperateAsync(HttpMethod.Get, "api/backfill")).GetProperty("status").GetString() == "done");
    }
}
