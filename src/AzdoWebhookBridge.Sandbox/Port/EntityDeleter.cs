using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>Deletes entities, with or without those that point at them.</summary>
internal sealed class EntityDeleter(PortCatalog catalog)
{
    /// <summary>Deletes all of them or none.</summary>
    public PortError? Delete(IReadOnlyList<EntityDocument> entities, bool withDependents)
    {
        var doomed = new HashSet<(string, string)>(entities.Select(KeyOf));
        if (!withDependents)
        {
            foreach (var entity in entities)
            {
                var blocking = catalog.Dependents(entity).Find(one => one.IsRequired && !doomed.Contains(KeyOf(one.Entity)));
                if (blocking.Entity is { } dependent)
                {
                    return new PortError(
                        422,
                        "has_dependents",
                        $"Entity \"{entity.Identifier}\" is required by \"{dependent.Identifier}\" of blueprint \"{dependent.Blueprint}\"");
                }
            }
        }

        foreach (var entity in entities)
        {
            Remove(entity, withDependents);
        }

        return null;
    }

    private void Remove(EntityDocument entity, bool withDependents)
    {
        if (!catalog.Remove(entity))
        {
            return; // already gone with another one that it depends on
        }

        catalog.EntityDeletes++;
        foreach (var (dependent, relation, _) in catalog.Dependents(entity))
        {
            if (withDependents)
            {
                Remove(dependent, withDependents: true);
            }
            else
            {
                Detach(dependent, relation, entity.Identifier);
            }
        }
    }

    private static void Detach(EntityDocument dependent, string relation, string identifier)
    {
        if (dependent.Relations[relation] is JsonArray many)
        {
            many.RemoveAll(item => Shape.Text(item) == identifier);
        }
        else
        {
            dependent.Relations.Remove(relation);
        }
    }

    private static (string Blueprint, string Identifier) KeyOf(EntityDocument entity) => (entity.Blueprint, entity.Identifier);
}
