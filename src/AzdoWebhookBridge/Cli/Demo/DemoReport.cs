using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.Konnect;
using AzdoWebhookBridge.Sandbox.Port;
using Spectre.Console;

namespace AzdoWebhookBridge.Cli.Demo;

/// <summary>The catalogs as tables, and whether they are as expected.</summary>
internal static class DemoReport
{
    public static bool Write(IAnsiConsole console, PortSandbox port, KonnectSandbox konnect, IReadOnlyList<DemoExpectation> expectations)
    {
        var entities = new Table().Title("Port").AddColumns("blueprint", "identifier", "title", "properties");
        foreach (var entity in port.Entities().OrderBy(entity => entity.Blueprint, StringComparer.Ordinal).ThenBy(entity => entity.Identifier, StringComparer.Ordinal))
        {
            entities.AddRow(
                new Text(entity.Blueprint), new Text(entity.Identifier), new Text(entity.Title ?? ""), new Text(Shorten(entity.Properties)));
        }

        console.Write(entities);

        var services = new Table().Title("Konnect").AddColumns("service", "display name", "mapped to");
        foreach (var service in konnect.Services)
        {
            var mapped = konnect.Mappings.Where(mapping => mapping.ServiceName == service.Name)
                .Select(mapping => konnect.Resources.First(resource => resource.Id == mapping.ResourceId).Name ?? mapping.ResourceId);
            services.AddRow(new Text(service.Name), new Text(service.DisplayName), new Text(string.Join(", ", mapped)));
        }

        console.Write(services);

        var failed = 0;
        foreach (var expectation in expectations)
        {
            var holds = expectation.Holds();
            failed += holds ? 0 : 1;
            console.MarkupLineInterpolated(holds ? (FormattableString)$"[green]ok[/]      {expectation.What}" : $"[red]missing[/] {expectation.What}");
        }

        console.MarkupLineInterpolated(
            $"{port.WriteCalls} write calls to Port for {port.EntityWrites} entity writes, {konnect.WriteCalls} to Konnect; {expectations.Count - failed} of {expectations.Count} as expected");
        return failed == 0;
    }

    private static string Shorten(JsonObject properties)
    {
        var text = string.Join(", ", properties.Where(property => property.Key is not ("url" or "created_date" or "updated_date"))
            .Select(property => $"{property.Key}: {property.Value}"));
        return text.Length <= 90 ? text : text[..89] + "…";
    }
}
