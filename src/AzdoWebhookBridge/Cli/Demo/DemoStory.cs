using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using AzdoWebhookBridge.Sandbox.Konnect;
using AzdoWebhookBridge.Sandbox.Port;
using Spectre.Console;

namespace AzdoWebhookBridge.Cli.Demo;

/// <summary>
/// A morning at Contoso, told through the real ingress: pushes, a pipeline run, work items out of order, twice, deleted and
/// restored, a broken delivery, a Test delivery, a rate limit, an entity that Port refuses and its repair.
/// </summary>
internal sealed class DemoStory : IDisposable
{
    private const string WorkItems = "azure_devops_work_item";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _client;
    private readonly PortSandbox _port;
    private readonly KonnectSandbox _konnect;
    private readonly IAnsiConsole _console;
    private readonly SampleOrganization _contoso = new("contoso", new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));
    private readonly SampleProject _payments;
    private readonly SampleRepository _checkout;
    private readonly SampleRepository _ledger;
    private readonly Table _deliveries = new Table().Title("What Azure DevOps sent").AddColumns("event", "answer", "why it is here");

    public DemoStory(Uri bridge, PortSandbox port, KonnectSandbox konnect, IAnsiConsole console)
    {
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = bridge };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{DemoRun.Username}:{DemoRun.Password}")));
        _client.DefaultRequestHeaders.Add("X-Api-Key", DemoRun.ApiKey);
        (_port, _konnect, _console) = (port, konnect, console);
        _payments = _contoso.Project("Payments");
        _checkout = _contoso.Repository(_payments, "Checkout API");
        _ledger = _contoso.Repository(_payments, "ledger");
    }

    /// <summary>Plays it and shows the catalogs; whether they are as expected.</summary>
    public async Task<bool> PlayAsync(CancellationToken cancellationToken)
    {
        await IntrudeAsync(cancellationToken).ConfigureAwait(false);
        await RepositoriesAsync(cancellationToken).ConfigureAwait(false);
        await PipelineAsync(cancellationToken).ConfigureAwait(false);
        await WorkItemsAsync(cancellationToken).ConfigureAwait(false);
        await OddOnesAsync(cancellationToken).ConfigureAwait(false);
        await RefusalAsync(cancellationToken).ConfigureAwait(false);
        await CatalogsAgreeAsync(cancellationToken).ConfigureAwait(false);
        _console.Write(_deliveries);
        return DemoReport.Write(_console, _port, _konnect, Expectations());
    }

    public void Dispose() => _client.Dispose();

    private async Task IntrudeAsync(CancellationToken cancellationToken)
    {
        using var stranger = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = _client.BaseAddress };
        using var answer = await stranger.PostAsJsonAsync("webhooks/azure-devops", _contoso.Push(_checkout), cancellationToken)
            .ConfigureAwait(false);
        _deliveries.AddRow("git.push", $"{(int)answer.StatusCode}", "a stranger without the credential");
    }

    private async Task RepositoriesAsync(CancellationToken cancellationToken)
    {
        _konnect.DiscoverRepository("contoso", _payments.Name, _checkout.Id.ToString(), _checkout.Name);
        var push = _contoso.Push(_checkout);
        await SendAsync(push, "first push: project, repository, catalog service", cancellationToken).ConfigureAwait(false);
        await SendAsync(push, "delivered again by Azure DevOps", cancellationToken).ConfigureAwait(false);
        // Port answers 429 to the next call; nothing is lost, it is just later.
        _port.Faults.RespondOnceWith(429, TimeSpan.FromSeconds(1));
        await SendAsync(_contoso.Push(_ledger), "Port is at its rate limit; Konnect has not discovered it yet", cancellationToken)
            .ConfigureAwait(false);
        await SendAsync(_contoso.Push(_checkout, "feature/rounding"), "another push changes nothing: no call", cancellationToken)
            .ConfigureAwait(false);
        var spike = _contoso.Repository(_payments, "spike");
        await SendAsync(_contoso.RepositoryChanged("created", spike), "a repository comes", cancellationToken).ConfigureAwait(false);
        await SendAsync(_contoso.RepositoryDeleted(spike), "and goes", cancellationToken).ConfigureAwait(false);
    }

    private async Task PipelineAsync(CancellationToken cancellationToken)
    {
        var pipeline = new SamplePipeline(41, "checkout-ci", 7, _payments);
        await SendAsync(_contoso.RunStateChanged(pipeline, 5152, "inProgress"), "a run starts", cancellationToken).ConfigureAwait(false);
        await SendAsync(_contoso.StageStateChanged(pipeline, 5152, "Build", "completed", "succeeded"), "a stage ends", cancellationToken)
            .ConfigureAwait(false);
        await SendAsync(_contoso.JobStateChanged(pipeline, 5152, "Deploy", "Deploy to test", "running"), "a job runs", cancellationToken)
            .ConfigureAwait(false);
        await SendAsync(_contoso.RunStateChanged(pipeline, 5152, "completed", "succeeded"), "the run ends", cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task WorkItemsAsync(CancellationToken cancellationToken)
    {
        await SendAsync(_contoso.WorkItem("created", _payments, 101, 1, "Amounts are off by a cent"), "a bug", cancellationToken)
            .ConfigureAwait(false);
        var second = _contoso.WorkItemUpdated(_payments, 101, 2, "Amounts are off by a cent", "Active");
        var third = _contoso.WorkItemUpdated(_payments, 101, 3, "Amounts are off by a cent", "Resolved", priority: 1);
        await SendAsync(third, "revision 3 comes first", cancellationToken).ConfigureAwait(false);
        await SendAsync(second, "revision 2 comes late", cancellationToken).ConfigureAwait(false);

        await SendAsync(_contoso.WorkItem("created", _payments, 102, 1, "Duplicate of 101"), "another bug", cancellationToken).ConfigureAwait(false);
        var late = _contoso.WorkItemUpdated(_payments, 102, 2, "Duplicate of 101", "Closed");
        await SendAsync(_contoso.WorkItem("deleted", _payments, 102, 3, "Duplicate of 101"), "is deleted", cancellationToken).ConfigureAwait(false);
        await SendAsync(late, "a late update does not bring it back", cancellationToken).ConfigureAwait(false);

        await SendAsync(_contoso.WorkItem("created", _payments, 103, 1, "Refunds in JPY"), "a third", cancellationToken).ConfigureAwait(false);
        await SendAsync(_contoso.WorkItem("deleted", _payments, 103, 2, "Refunds in JPY"), "is deleted", cancellationToken).ConfigureAwait(false);
        await SendAsync(_contoso.WorkItem("restored", _payments, 103, 3, "Refunds in JPY"), "and restored", cancellationToken).ConfigureAwait(false);
    }

    private async Task OddOnesAsync(CancellationToken cancellationToken)
    {
        await SendAsync("{\"eventType\": \"git.push\", \"resource\": {", "git.push", "a truncated body", cancellationToken).ConfigureAwait(false);
        await SendAsync(_contoso.TestDelivery(_checkout), "the Test button: kept and shown, never forwarded", cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task RefusalAsync(CancellationToken cancellationToken)
    {
        _port.Faults.RefuseEntity(write => write.Identifier == "104", 422, "\"priority\" must be at most 3");
        await SendAsync(_contoso.WorkItem("created", _payments, 104, 1, "Card brand is missing", priority: 4), "Port refuses it: parked, alone", cancellationToken)
            .ConfigureAwait(false);
        var parked = await ParkedAsync(cancellationToken).ConfigureAwait(false);
        _console.MarkupLineInterpolated($"[yellow]Parked[/]: work item 104, because Port says: {parked}");
        // The blueprint is repaired, then an operator retries.
        _port.Faults.Clear();
        using var retried = await _client.PostAsync($"api/entities/port/{WorkItems}/104/retry", content: null, cancellationToken)
            .ConfigureAwait(false);
        _console.MarkupLineInterpolated($"[green]Repaired[/]: the blueprint takes it now, the operator retries ({(int)retried.StatusCode})");
        _konnect.DiscoverRepository("contoso", _payments.Name, _ledger.Id.ToString(), _ledger.Name);
        _console.WriteLine();
    }

    private async Task<string> ParkedAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        while (true)
        {
            var page = await _client.GetFromJsonAsync<JsonElement>("api/entities?state=parked&target=port", patience.Token).ConfigureAwait(false);
            if (page.GetProperty("items") is { } items && items.GetArrayLength() > 0)
            {
                return items[0].GetProperty("reason").GetString()!;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), patience.Token).ConfigureAwait(false);
        }
    }

    private async Task CatalogsAgreeAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await _port.WaitForAsync(() => PortExpectations().All(expectation => expectation.Holds()), patience.Token).ConfigureAwait(false);
            await _konnect.WaitForAsync(() => KonnectExpectations().All(expectation => expectation.Holds()), patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The report says which expectation does not hold.
        }
    }

    private IReadOnlyList<DemoExpectation> Expectations() => [.. PortExpectations(), .. KonnectExpectations()];

    private IEnumerable<DemoExpectation> PortExpectations() =>
    [
        new("one project, with its name", () => _port.Entities("azure_devops_project") is [{ Title: "Payments" }]),
        new("two repositories; the deleted one is gone", () => _port.Entities("azure_devops_repository").Count == 2
            && _port.Find("azure_devops_repository", _checkout.Id.ToString()) is { Title: "Checkout API" }),
        new("the pipeline at revision 7", () => Property("azure_devops_pipeline", "41", "revision") is 7),
        new("work item 101 at revision 3, resolved", () => Property(WorkItems, "101", "revision") is 3
            && _port.Find(WorkItems, "101")?.Properties["state"]?.GetValue<string>() == "Resolved"),
        new("work item 102 stays deleted", () => _port.Find(WorkItems, "102") is null),
        new("work item 103 is back", () => Property(WorkItems, "103", "revision") is 3),
        new("work item 104 after its repair", () => Property(WorkItems, "104", "priority") is 4),
        new("nothing called null, 0 or empty", () => _port.Entities().All(entity => entity.Identifier is not ("null" or "0" or ""))),
    ];

    private IEnumerable<DemoExpectation> KonnectExpectations() =>
    [
        new("service checkout-api mapped to its repository", () => IsMapped("checkout-api")),
        new("service ledger mapped after its discovery", () => IsMapped("ledger")),
    ];

    private bool IsMapped(string service) => _konnect.Mappings.Any(mapping => mapping.ServiceName == service);

    private double? Property(string blueprint, string identifier, string property) =>
        _port.Find(blueprint, identifier)?.Properties[property]?.GetValue<double>();

    private Task SendAsync(JsonObject body, string why, CancellationToken cancellationToken) =>
        SendAsync(body.ToJsonString(), body["eventType"]!.GetValue<string>(), why, cancellationToken);

    private async Task SendAsync(string body, string eventType, string why, CancellationToken cancellationToken)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _client.PostAsync("webhooks/azure-devops", content, cancellationToken).ConfigureAwait(false);
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken).ConfigureAwait(false);
        var said = json.ValueKind == JsonValueKind.Object && json.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.String
            ? status.GetString()
            : json.GetProperty("detail").GetString();
        _deliveries.AddRow(new Text(eventType), new Text($"{(int)answer.StatusCode} {said}"), new Text(why));
    }
}

/// <summary>Something that must be true of a catalog when the story is over.</summary>
internal sealed record DemoExpectation(string What, Func<bool> Holds);
