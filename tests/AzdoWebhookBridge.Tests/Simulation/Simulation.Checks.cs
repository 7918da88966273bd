using System.Text.Json;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Tests.Simulation;

internal sealed partial class Simulation
{
    private void CheckOutcomes()
    {
        foreach (var missing in Sender.Acknowledged.Except(
            Database.Events.Values.Select(stored => DeduplicationKey.ToText(stored.DeduplicationKey)), StringComparer.Ordinal))
        {
            throw Failure($"the event {missing} was acknowledged and is not stored");
        }

        foreach (var id in Database.Events.Keys)
        {
            if (Database.OutcomeOf(id) is not { State: not (EventState.Stored or EventState.Failed) })
            {
                throw Failure($"event {id} has the outcome {Database.OutcomeOf(id)?.State}");
            }
        }

        if (Database.Entities.FirstOrDefault(row => row.State != EntityState.Clean) is { } open)
        {
            throw Failure($"{open.Key} is {open.State}: {open.Reason}");
        }
    }

    /// <summary>The desired states are those of one fold of all stored events, one after the other.</summary>
    private void CheckDesired()
    {
        var documents = new Dictionary<EntityKey, EntityDocument>();
        var generation = _rules == History.Rules[0] ? 1 : 2;
        foreach (var stored in Database.Events.Values)
        {
            foreach (var change in _history.Map(_rules, generation, stored).Changes)
            {
                documents[change.Key] = Fold.Apply(documents.GetValueOrDefault(change.Key, EntityDocument.Empty), change);
            }
        }

        foreach (var row in Database.Entities)
        {
            var expected = documents.TryGetValue(row.Key, out var document) ? DesiredState.Render(document) : DesiredState.Absent;
            if (row.Desired != expected)
            {
                throw Failure($"{row.Key} should be\n{expected}\nand is\n{row.Desired}");
            }

            documents.Remove(row.Key);
        }

        if (documents.Count > 0)
        {
            throw Failure($"{documents.Keys.First()} is not there");
        }
    }

    /// <summary>Both catalogs say what is desired, and nothing else.</summary>
    private void CheckCatalogs()
    {
        var rows = Database.Entities.Where(row => row.Desired != DesiredState.Absent).ToArray();
        foreach (var row in rows.Where(row => row.Key.Target == "port"))
        {
            using var json = JsonDocument.Parse(row.Desired);
            var desired = Describe(SimulatedPort.Flatten(json.RootElement).Where(field => field.Value is not null)!);
            var actual = Port.Entities.TryGetValue((row.Key.Blueprint, row.Key.Identifier), out var fields) ? Describe(fields!) : "nothing";
            if (actual != desired)
            {
                throw Failure($"Port should say of {row.Key}\n{desired}\nand says\n{actual}");
            }
        }

        foreach (var row in rows.Where(row => row.Key.Target == "konnect"))
        {
            if (Konnect.Entities.GetValueOrDefault(row.Key) is var actual && actual != row.Desired)
            {
                throw Failure($"Konnect should say of {row.Key}\n{row.Desired}\nand says\n{actual}");
            }
        }

        var expected = rows.Length;
        if (Port.Entities.Count + Konnect.Entities.Count != expected)
        {
            var wanted = rows.Select(row => row.Key.Identifier).ToHashSet(StringComparer.Ordinal);
            throw Failure("the catalogs have what is not desired: " + string.Join(", ", Port.Entities.Keys.Select(key => key.Identifier)
                .Concat(Konnect.Entities.Keys.Select(key => key.Identifier)).Where(identifier => !wanted.Contains(identifier))));
        }
    }

    /// <summary>Trouble makes calls; it must not make them without end.</summary>
    private void CheckCalls()
    {
        var bound = 300 + (40 * EventCount) + (2 * World.Now.TotalSeconds);
        if (Port.Network.Calls + Konnect.Network.Calls is var calls && calls > bound)
        {
            throw Failure($"{calls} calls, more than {bound:0}");
        }
    }

    private static string Describe(IEnumerable<KeyValuePair<string, string?>> fields) =>
        string.Join('\n', fields.Select(field => $"  {field.Key} = {field.Value}"));
}
