using System.Text.Json.Nodes;
using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.Sandbox.AzureDevOps;

namespace AzdoWebhookBridge.Cli.Demo;

/// <summary>
/// A morning at Contoso: pushes, a rename, a pipeline run, work items out of order, deleted and restored, odd deliveries, a rate
/// limit, an entity that Port refuses and its repair.
/// </summary>
internal sealed class LiveEventsChapter(DemoWorld world) : IDemoChapter
{
    private const string Refused = "Card brand is missing";

    private readonly SampleOrganization _elsewhere = new(DemoWorld.OrganizationName, world.Clock.GetUtcNow());
    private readonly List<string> _remarks = [];
    private readonly List<string> _oddAnswers = [];
    private bool _isQuiet;
    private bool _wasLimited;
    private bool _hasAgreed;
    private int _edited;
    private int _deleted;
    private int _restored;
    private int _refused;

    public string Title => "Live events";

    public string About => "From now on contoso's hooks tell what people do. Everything is sent twice and in any order, as Azure DevOps may:";

    public IReadOnlyList<DemoExpectation> Expectations =>
    [
        new("a push that tells nothing new costs no call", () => _isQuiet),
        new("a rate limit of Port lost nothing", () => _wasLimited && world.Port.Find(CatalogComparison.Repositories, world.Ledger.Id.ToString())?.Title == "general-ledger"),
        new("the work item that was edited eight times at once is at its last revision", () => Revision(_edited) == 9),
        new("the deleted work item stays deleted, whatever comes late", () => _deleted > 0 && world.Port.Find(CatalogComparison.WorkItems, $"{_deleted}") is null),
        new("the restored work item is back", () => Revision(_restored) == 3),
        new("a stranger, a broken body, a Test and a duplicate got 401, 400, test and duplicate",
            () => _oddAnswers is ["401", "400", "202 test", "202 duplicate"]),
        new("the refused work item is there after its repair", () => Revision(_refused) == 1),
        new("the late repository has its service in Konnect", () => world.Konnect.Services.Any(service => service.Name == "invoices") && world.Unmapped().Count == 0),
        new("after the live events both catalogs agreed with contoso", () => _hasAgreed),
        new("nothing is called null, 0 or empty", () => world.Port.Entities().All(entity => entity.Identifier is not ("null" or "0" or ""))),
    ];

    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        using var log = new DeliveryLog(world);
        await CodeAsync(log, cancellationToken).ConfigureAwait(false);
        await WorkItemsAsync(log, cancellationToken).ConfigureAwait(false);
        await OddOnesAsync(log, cancellationToken).ConfigureAwait(false);
        await RefusalAsync(log, cancellationToken).ConfigureAwait(false);
        log.Write();
        foreach (var remark in _remarks)
        {
            world.Screen.Say(remark);
        }

        _hasAgreed = await world.AgreedAsync(cancellationToken).ConfigureAwait(false);
        await world.SettledAsync(cancellationToken).ConfigureAwait(false);
        world.Screen.Say(_hasAgreed ? "Both catalogs agree with contoso." : "The catalogs do not agree with contoso.");
    }

    private async Task CodeAsync(DeliveryLog log, CancellationToken cancellationToken)
    {
        var contoso = world.Contoso;
        await log.HappenAsync("a push to Checkout API", () => contoso.Push(world.Checkout), cancellationToken).ConfigureAwait(false);
        await world.SettledAsync(cancellationToken).ConfigureAwait(false);
        var calls = world.Port.WriteCalls;
        await log.HappenAsync("another push: nothing new, so no call", () => contoso.Push(world.Checkout, "feature/rounding"), cancellationToken).ConfigureAwait(false);
        await world.SettledAsync(cancellationToken).ConfigureAwait(false);
        _isQuiet = world.Port.WriteCalls == calls;

        var limit = world.Port.Faults.RespondOnceWith(429, TimeSpan.FromSeconds(1));
        await log.HappenAsync("ledger becomes general-ledger, while Port is at its rate limit", () => contoso.RenameRepository(world.Ledger, "general-ledger"), cancellationToken)
            .ConfigureAwait(false);
        await log.HappenAsync("a repository comes and goes", () => contoso.DeleteRepository(contoso.AddRepository(world.Payments, "spike")), cancellationToken)
            .ConfigureAwait(false);
        await log.HappenAsync("invoices is made; Konnect has not discovered it yet", () => contoso.Push(contoso.AddRepository(world.Payments, "invoices", isEmpty: true)), cancellationToken)
            .ConfigureAwait(false);
        await log.HappenAsync("checkout-ci is changed and runs", () => contoso.Run(contoso.UpdatePipeline(world.CheckoutCi), "succeeded", "Build", "Deploy"), cancellationToken)
            .ConfigureAwait(false);
        await world.SettledAsync(cancellationToken).ConfigureAwait(false);
        _wasLimited = limit.Strikes == 1;
    }

    private async Task WorkItemsAsync(DeliveryLog log, CancellationToken cancellationToken)
    {
        var contoso = world.Contoso;
        _edited = contoso.AddWorkItem(world.Payments, "Amounts are off by a cent").Id;
        var edits = await log.HappenAsync("a bug is filed and edited eight times at once", () => Edit(_edited, 8), cancellationToken).ConfigureAwait(false);
        var order = await ArrivalAsync(edits, cancellationToken).ConfigureAwait(false);
        _remarks.Add($"The edits of work item {_edited} arrived as revision {order}; Port ends at revision 9.");

        await log.HappenAsync(
            "a duplicate is filed, edited and deleted",
            () =>
            {
                _deleted = contoso.AddWorkItem(world.Payments, "Cents are wrong").Id;
                Edit(_deleted, 4);
                contoso.DeleteWorkItem(_deleted);
            },
            cancellationToken).ConfigureAwait(false);
        await log.HappenAsync(
            "a story is deleted and restored",
            () =>
            {
                _restored = contoso.AddWorkItem(world.Shop, "Refunds in JPY", type: "User Story").Id;
                contoso.DeleteWorkItem(_restored);
                contoso.RestoreWorkItem(_restored);
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task OddOnesAsync(DeliveryLog log, CancellationToken cancellationToken)
    {
        var repository = _elsewhere.Repository(world.Payments, "not-of-contoso");
        _oddAnswers.Add(await log.SendAsync(
            "(a stranger without the credential)", "git.push", _elsewhere.Push(repository).ToJsonString(), isStranger: true, cancellationToken).ConfigureAwait(false));
        _oddAnswers.Add(await log.SendAsync(
            "(a body that breaks off)", "git.push", "{\"eventType\": \"git.push\", \"resource\": {", isStranger: false, cancellationToken).ConfigureAwait(false));
        _oddAnswers.Add(await log.SendAsync(
            "(the Test button: shown, never forwarded)", "git.push", _elsewhere.TestDelivery(repository).ToJsonString(), isStranger: false, cancellationToken)
            .ConfigureAwait(false));
        var again = world.Contoso.Notifications.First(notification => notification.EventType == "git.push");
        _oddAnswers.Add(await log.SendAsync("(the first push, a third time)", "git.push", again.Body, isStranger: false, cancellationToken).ConfigureAwait(false));
    }

    private async Task RefusalAsync(DeliveryLog log, CancellationToken cancellationToken)
    {
        world.Port.Faults.RefuseEntity(write => $"{write.Body?["title"]}" == Refused, 422, "\"priority\" must be at most 3");
        await log.HappenAsync(
            "a bug that Port's blueprint refuses", () => _refused = world.Contoso.AddWorkItem(world.Payments, Refused, priority: 4).Id, cancellationToken)
            .ConfigureAwait(false);
        string? reason = null;
        await DemoWorld.UntilAsync(
            async token =>
            {
                var parked = await world.Bridge.Client.GetAsync("api/entities?state=parked&target=port", ApiJson.Default.EntityPage, token).ConfigureAwait(false);
                reason = parked.Items.Select(entity => entity.Reason).FirstOrDefault();
                return parked.Items.Count > 0;
            },
            cancellationToken).ConfigureAwait(false);
        _remarks.Add($"Parked, alone: work item {_refused}, because Port says: {reason}");

        // The blueprint is repaired, then an operator retries; Konnect's integration makes its round.
        world.Port.Faults.Clear();
        await world.Bridge.Client.PostAsync(
            $"{EntitiesCommand.Path("port", CatalogComparison.WorkItems, $"{_refused}")}/retry", ApiJson.Default.CountModel, cancellationToken).ConfigureAwait(false);
        _remarks.Add("The blueprint takes it now, and an operator retries: bridge entities retry.");
        foreach (var repository in world.Unmapped())
        {
            world.Discover(repository);
            _remarks.Add($"Konnect discovers {repository.Name}, for which its service has waited.");
        }
    }

    private void Edit(int item, int times)
    {
        for (var edit = 1; edit <= times; edit++)
        {
            world.Contoso.UpdateWorkItem(item, state: edit == times ? "Resolved" : "Active", priority: 1 + (edit % 4));
        }
    }

    /// <summary>The revisions of work items in the order in which the bridge stored them.</summary>
    private async Task<string> ArrivalAsync(IReadOnlyList<SandboxNotification> sent, CancellationToken cancellationToken)
    {
        var revisions = sent.Where(notification => notification.EventType == "workitem.updated")
            .ToDictionary(notification => $"{notification.Id}", notification => $"{JsonNode.Parse(notification.Body)!["resource"]!["rev"]}", StringComparer.Ordinal);
        var events = await world.Bridge.Client.GetAsync("api/events?eventType=workitem.updated&limit=50", ApiJson.Default.EventPage, cancellationToken)
            .ConfigureAwait(false);
        return string.Join(", ", events.Items.Reverse()
            .Where(stored => stored.NotificationId is { } number && revisions.ContainsKey(number))
            .Select(stored => revisions[stored.NotificationId!]));
    }

    private int? Revision(int item) => (int?)world.Port.Find(CatalogComparison.WorkItems, $"{item}")?.Properties["revision"]?.GetValue<double>();
}
