using System.Globalization;
using Spectre.Console;

namespace AzdoWebhookBridge.Cli.Demo;

/// <summary>The catalogs at the end, and whether everything is as expected.</summary>
internal static class DemoReport
{
    public static bool Write(DemoWorld world, IReadOnlyList<DemoExpectation> expectations)
    {
        world.Screen.BeginChapter("The catalogs at the end", "What Port and Konnect have now, and what was expected of the story.");
        WritePort(world);
        world.Screen.Say("");
        WriteKonnect(world);
        world.Screen.Say("");

        var judged = expectations.Select(expectation => (expectation.What, Holds: expectation.Holds())).ToList();
        foreach (var (what, holds) in judged)
        {
            world.Screen.Judge(what, holds);
        }

        foreach (var difference in world.Differences())
        {
            world.Screen.Say($"        {difference}");
        }

        var met = judged.Count(one => one.Holds);
        world.Screen.Say("");
        world.Screen.Say($"{world.Contoso.EventsRaised} events in {world.Contoso.Name}; {world.Port.WriteCalls} write calls to Port for {world.Port.EntityWrites} entity writes, "
            + $"{world.Konnect.WriteCalls} to Konnect; {met} of {judged.Count} as expected");
        world.Output.WriteJson(new { AsExpected = met == judged.Count, Expectations = judged.Select(one => new { one.What, one.Holds }) });
        return met == judged.Count;
    }

    private static void WritePort(DemoWorld world)
    {
        var table = world.Screen.CreateTable("in Port", "entities", "in contoso", "for example");
        Add(CatalogComparison.Projects, world.Contoso.Projects.Count);
        Add(CatalogComparison.Repositories, world.Contoso.Repositories.Count);
        Add(CatalogComparison.Pipelines, world.Contoso.Pipelines.Count);
        Add(CatalogComparison.WorkItems, world.Contoso.WorkItemCount);
        world.Screen.Write(table);

        void Add(string blueprint, int count)
        {
            var entities = world.Port.Entities(blueprint);
            var examples = string.Join(", ", entities.OrderByDescending(entity => entity.UpdatedAt).Take(3).Select(entity => entity.Title));
            table.AddRow(
                new Text(blueprint), new Text(entities.Count.ToString(CultureInfo.InvariantCulture)),
                new Text(count.ToString(CultureInfo.InvariantCulture)), new Text(examples));
        }
    }

    private static void WriteKonnect(DemoWorld world)
    {
        var resources = world.Konnect.Resources.ToDictionary(resource => resource.Id, StringComparer.Ordinal);
        var mappings = world.Konnect.Mappings.ToLookup(mapping => mapping.ServiceName, StringComparer.Ordinal);
        var table = world.Screen.CreateTable("service in Konnect", "display name", "mapped to");
        foreach (var service in world.Konnect.Services)
        {
            table.AddRow(
                new Text(service.Name), new Text(service.DisplayName),
                new Text(string.Join(", ", mappings[service.Name].Select(mapping => resources[mapping.ResourceId].Name ?? mapping.ResourceId))));
        }

        world.Screen.Write(table);
    }
}
