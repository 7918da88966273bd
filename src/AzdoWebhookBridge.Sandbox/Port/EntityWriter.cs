using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>How an entity is to be written.</summary>
/// <param name="MayExist">Otherwise an existing identifier is a conflict.</param>
/// <param name="MustExist">Otherwise a missing identifier creates the entity.</param>
/// <param name="Merges">Only what is given changes; otherwise the entity is replaced.</param>
/// <param name="CreatesMissing">Missing targets of relations come into being with nothing but their identifier.</param>
/// <param name="IsDryRun">Nothing is kept.</param>
internal sealed record WriteMode(bool MayExist, bool MustExist, bool Merges, bool CreatesMissing, bool IsDryRun);

/// <summary>What came of a write: the entity, or why not.</summary>
internal sealed record WriteResult(string Identifier, EntityDocument? Entity, bool IsNew, PortError? Error);

/// <summary>Writes one entity by the rules of its blueprint. The body has passed <see cref="EntityBody"/>.</summary>
internal sealed class EntityWriter(PortCatalog catalog, SandboxFaults faults)
{
    // Port names an entity so when the search that stands for its identifier did not lead to one.
    private const string UnknownIdentifier = "unknown";

    public WriteResult Write(BlueprintRecord blueprint, JsonObject body, WriteMode mode, string datasource, string? identifierInPath = null)
    {
        var (identifier, searchError) = identifierInPath is null ? Identify(blueprint, body) : (identifierInPath, null);
        if (searchError is not null)
        {
            return new WriteResult(UnknownIdentifier, null, false, searchError);
        }

        if (faults.RefusalOf(new SandboxEntityWrite(blueprint.Identifier, identifier, body.DeepClone().AsObject())) is { } refusal)
        {
            return new WriteResult(identifier, null, false, new PortError(refusal.StatusCode, refusal.Error, refusal.Message));
        }

        var stored = catalog.Entity(blueprint.Identifier, identifier);
        if (stored is null && mode.MustExist)
        {
            return new WriteResult(identifier, null, false, PortError.NotFound("entity", identifier));
        }

        if (stored is not null && !mode.MayExist)
        {
            return new WriteResult(identifier, null, false, PortError.Taken("entity", identifier));
        }

        var draft = stored is not null && mode.Merges ? stored.Copy() : new EntityDocument(blueprint.Identifier, identifier);
        var missing = new List<EntityDocument>();
        var error = Fill(draft, blueprint, body) ?? FillRelations(draft, blueprint, body, mode, missing);
        ApplyDefaults(draft, blueprint);
        error ??= CheckRequired(draft, blueprint);
        if (error is not null)
        {
            return new WriteResult(identifier, null, false, error);
        }

        Complete(draft, stored, datasource);
        if (!mode.IsDryRun)
        {
            Keep(draft, stored, missing, datasource);
        }

        return new WriteResult(identifier, draft, stored is null, null);
    }

    private (string Identifier, PortError? Error) Identify(BlueprintRecord blueprint, JsonObject body)
    {
        if (body["identifier"] is not JsonObject query)
        {
            return (Shape.Text(body["identifier"]) ?? $"e_{Guid.NewGuid():N}", null);
        }

        var found = catalog.EntitiesOf(blueprint.Identifier).Where(entity => EntitySearch.Matches(entity, query)).Take(2).ToList();
        return found switch
        {
            [var one] => (one.Identifier, null),
            [] => ("", new PortError(404, "not_found", "The search for the identifier found no entity")),
            _ => ("", PortError.Invalid("The search for the identifier found more than one entity")),
        };
    }

    private static PortError? Fill(EntityDocument draft, BlueprintRecord blueprint, JsonObject body)
    {
        if (body.TryGetPropertyValue("title", out var title))
        {
            draft.Title = Shape.Text(title);
        }

        if (body.TryGetPropertyValue("icon", out var icon))
        {
            draft.Icon = Shape.Text(icon);
        }

        if (body.TryGetPropertyValue("team", out var team))
        {
            if (team is JsonObject)
            {
                return PortError.Invalid("team: the sandbox has no teams to search");
            }

            draft.Team = team is JsonArray many ? [.. many.Select(item => Shape.Text(item)!)]
                : Shape.Text(team) is { Length: > 0 } one ? [one]
                : [];
        }

        foreach (var (name, value) in body["properties"] as JsonObject ?? [])
        {
            if (blueprint.Properties[name] is not JsonObject definition)
            {
                return PortError.Invalid($"properties must not have the unknown property \"{name}\"");
            }

            if (value is null)
            {
                draft.Properties.Remove(name);
            }
            else if (PropertyRules.Check(definition, value) is { } wrong)
            {
                return PortError.Invalid($"properties/{name} {wrong}");
            }
            else
            {
                draft.Properties[name] = value.DeepClone();
            }
        }

        return null;
    }

    private PortError? FillRelations(
        EntityDocument draft, BlueprintRecord blueprint, JsonObject body, WriteMode mode, List<EntityDocument> missing)
    {
        foreach (var (name, value) in body["relations"] as JsonObject ?? [])
        {
            if (blueprint.Relations[name] is not JsonObject definition)
            {
                return catalog.Options.UnknownRelationStatus == 404
                    ? PortError.NotFound("relation", name)
                    : PortError.Invalid($"relations must not have the unknown relation \"{name}\"");
            }

            var (targets, error) = Resolve(name, definition, value);
            error ??= FindTargets(Shape.Text(definition["target"])!, targets, mode, missing);
            if (error is not null)
            {
                return error;
            }

            if (value is null)
            {
                draft.Relations.Remove(name);
            }
            else
            {
                draft.Relations[name] = Shape.IsTrue(definition["many"])
                    ? new JsonArray([.. targets.Select(target => JsonValue.Create(target))])
                    : JsonValue.Create(targets[0]);
            }
        }

        return null;
    }

    private (List<string> Targets, PortError? Error) Resolve(string name, JsonObject definition, JsonNode? value)
    {
        var isMany = Shape.IsTrue(definition["many"]);
        switch (value)
        {
            case null:
                return ([], null);
            case JsonArray when !isMany:
                return ([], PortError.Invalid($"relations/{name} must be a single identifier: the relation is not many"));
            case JsonArray many:
                return ([.. many.Select(item => Shape.Text(item)!)], null);
            case JsonObject query:
                var found = catalog.EntitiesOf(Shape.Text(definition["target"])!)
                    .Where(entity => EntitySearch.Matches(entity, query)).Select(entity => entity.Identifier).ToList();
                return found.Count == 0 ? ([], new PortError(404, "not_found", $"The search for relation \"{name}\" found no entity"))
                    : found.Count > 1 && !isMany ? ([], PortError.Invalid($"The search for relation \"{name}\" found more than one entity"))
                    : (found, null);
            default:
                return isMany
                    ? ([], PortError.Invalid($"relations/{name} must be array: the relation is many"))
                    : ([Shape.Text(value)!], null);
        }
    }

    private PortError? FindTargets(string target, List<string> identifiers, WriteMode mode, List<EntityDocument> missing)
    {
        foreach (var identifier in identifiers.Where(identifier => catalog.Entity(target, identifier) is null))
        {
            if (catalog.Blueprint(target) is null)
            {
                return PortError.NotFound("blueprint", target);
            }

            if (!mode.CreatesMissing)
            {
                return PortError.NotFound("entity", identifier);
            }

            missing.Add(new EntityDocument(target, identifier) { IsBare = true });
        }

        return null;
    }

    // Only where an entity begins: a default does not come back for a value that was cleared.
    private static void ApplyDefaults(EntityDocument draft, BlueprintRecord blueprint)
    {
        foreach (var (name, definition) in blueprint.Properties)
        {
            if (draft.Writes == 0 && !draft.Properties.ContainsKey(name) && definition!["default"] is { } preset)
            {
                draft.Properties[name] = preset.DeepClone();
            }
        }
    }

    private static PortError? CheckRequired(EntityDocument draft, BlueprintRecord blueprint)
    {
        if (blueprint.RequiredProperties.FirstOrDefault(name => !draft.Properties.ContainsKey(name)) is { } property)
        {
            return PortError.Invalid($"properties must have required property \"{property}\"");
        }

        var relation = blueprint.Relations
            .FirstOrDefault(pair => Shape.IsTrue(pair.Value!["required"]) && !draft.Relations.ContainsKey(pair.Key)).Key;
        return relation is null ? null : PortError.Invalid($"relations must have required relation \"{relation}\"");
    }

    private void Complete(EntityDocument draft, EntityDocument? stored, string datasource)
    {
        draft.CreatedAt = stored?.CreatedAt ?? catalog.Now;
        draft.CreatedBy = stored?.CreatedBy ?? catalog.Options.ClientId;
        draft.UpdatedAt = catalog.Now;
        draft.UpdatedBy = catalog.Options.ClientId;
        draft.Datasource = datasource;
        draft.Writes = (stored?.Writes ?? 0) + 1;
        draft.IsBare = false;
    }

    private void Keep(EntityDocument draft, EntityDocument? stored, List<EntityDocument> missing, string datasource)
    {
        foreach (var bare in missing)
        {
            Complete(bare, null, datasource);
            bare.IsBare = true;
            bare.Writes = 0;
            catalog.Put(bare);
        }

        catalog.EntityWrites++;
        catalog.RedundantEntityWrites += stored is { IsBare: false } && stored.SaysTheSameAs(draft) ? 1 : 0;
        catalog.Put(draft);
    }
}
