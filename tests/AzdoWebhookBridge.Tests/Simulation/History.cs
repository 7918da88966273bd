using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Tests.Simulation;

/// <summary>
/// What happened in one organization, as the bodies that Azure DevOps would send: few repositories and work items with much going on, so
/// that events meet. Some have the same time as the one before, none at all, or no details; some are tests.
/// </summary>
internal sealed class History
{
    private const int Length = 300;
    private const int Organizations = 8;

    private static readonly Lazy<History>[] All =
        [.. Enumerable.Range(0, Organizations).Select(index => new Lazy<History>(() => new History(index)))];

    private readonly SampleOrganization _organization;
    private readonly Random _random;
    private readonly SampleProject[] _projects;
    private readonly SampleRepository[] _repositories;
    private readonly int[] _revisions = new int[9];
    private readonly ConcurrentDictionary<(MappingRules Rules, int Index), MappingResult> _mapped = [];

    private History(int index)
    {
        _random = new Random(index);
        _organization = new SampleOrganization($"org{index}", new DateTimeOffset(2026, 11, 21, 9, 0, 0, TimeSpan.Zero));
        _projects = [_organization.Project("Shop"), _organization.Project("Bank")];
        _repositories = [.. Enumerable.Range(0, 6).Select(number => _organization.Repository(_projects[number % 2], $"repository {number}"))];
        var bodies = new byte[Length][];
        string? former = null;
        for (var i = 0; i < Length; i++)
        {
            var body = Next(i);
            former = Disturb(body, former);
            bodies[i] = Encoding.UTF8.GetBytes(body.ToJsonString());
        }

        Bodies = bodies;
        Indexes = Enumerable.Range(0, Length).ToDictionary(i => KeyOf(bodies[i]), i => i, StringComparer.Ordinal);
    }

    /// <summary>The built-in rules, and a later version of them: another value for one field, one field given up, one new.</summary>
    public static MappingRules[] Rules { get; } = [BuiltInMapping.Rules, Later()];

    public IReadOnlyList<byte[]> Bodies { get; }

    private Dictionary<string, int> Indexes { get; }

    public static History Of(int number) => All[number % Organizations].Value;

    public static byte[] DeduplicationKeyOf(byte[] body) => Read(body).DeduplicationKey;

    /// <summary>What the rules make of a stored event; computed once for each body that has a time of its own.</summary>
    public MappingResult Map(MappingRules rules, long generation, NewEvent stored)
    {
        var key = DeduplicationKey.ToText(stored.DeduplicationKey);
        return stored.CreatedTicks is null
            ? Compute()
            : _mapped.GetOrAdd((rules, Indexes[key]), _ => Compute());

        MappingResult Compute() => EventMapper.Map(rules, generation, new EventInput
        {
            Body = stored.Body,
            Context = stored.Context,
            EventKey = key,
            EventTime = stored.CreatedTicks ?? DateTimeOffset.FromUnixTimeMilliseconds(stored.ReceivedAt).UtcTicks,
            IsTest = stored.IsTest,
        });
    }

    private JsonObject Next(int number)
    {
        if (_random.Next(100) < 55)
        {
            return WorkItem(number);
        }

        var at = _random.Next(_repositories.Length);
        var repository = _repositories[at];
        switch (_random.Next(12))
        {
            case 0:
                return _organization.RepositoryDeleted(repository);
            case 1:
                return _organization.RepositoryChanged("created", repository);
            case 2:
                return _organization.RepositoryChanged("statuschanged", repository, disabled: _random.Next(2) == 0);
            case 3 or 4:
                _repositories[at] = repository with { Name = $"name {number}" };
                return _organization.RepositoryChanged("renamed", _repositories[at]);
            case 5:
                return _organization.TestDelivery(repository);
            case 6:
                return _organization.RunStateChanged(
                    new SamplePipeline(at + 1, $"pipeline {at}", 1 + (number / 50), repository.Project), number, "completed", "succeeded");
            default:
                return _organization.Push(repository, _random.Next(2) == 0 ? "main" : "topic");
        }
    }

    private JsonObject WorkItem(int number)
    {
        var id = 1 + _random.Next(_revisions.Length - 1);
        var revision = ++_revisions[id];
        var project = _projects[id % 2];
        var change = revision == 1 ? "created" : new[] { "updated", "updated", "updated", "deleted", "restored", "commented" }[_random.Next(6)];
        return change == "updated"
            ? _organization.WorkItemUpdated(project, id, revision, $"title {number}", "Active", 1 + _random.Next(4))
            : _organization.WorkItem(change, project, id, revision, $"title {number}", "New", 1 + _random.Next(4));
    }

    /// <returns>The time that the body has.</returns>
    private string? Disturb(JsonObject body, string? former)
    {
        switch (_random.Next(20))
        {
            case 0 or 1 when former is not null:
                body["createdDate"] = former;
                break;
            case 2:
                body.Remove("createdDate");
                break;
            case 3 when body["resource"] is JsonObject resource:
                // A subscription with reduced details.
                resource.Remove("repository");
                resource.Remove("fields");
                break;
        }

        return body["createdDate"]?.GetValue<string>() ?? former;
    }

    private static MappingRules Later()
    {
        var text = BuiltInMapping.Text
            .Replace("ltrimstr(\"refs/heads/\")", "ltrimstr(\"refs/\")", StringComparison.Ordinal)
            .Replace("        is_disabled: ", "        switched_off: ", StringComparison.Ordinal);
        var result = MappingSource.Load([new MappingSource("later.yaml", text)]);
        return result.Rules ?? throw new InvalidOperationException(string.Join('\n', result.Problems));
    }

    private static string KeyOf(byte[] body) => DeduplicationKey.ToText(DeduplicationKeyOf(body));

    private static NewEvent Read(byte[] body)
    {
        var refusal = IncomingEvent.TryRead(body, out var envelope);
        Assert.True(refusal is null, refusal?.Hint);
        return IncomingEvent.Make(envelope, body, EventInput.NoContext, receivedAt: 0);
    }
}
