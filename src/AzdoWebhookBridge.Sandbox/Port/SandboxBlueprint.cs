using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>A blueprint, as the JSON that Port's API takes.</summary>
public sealed class SandboxBlueprint
{
    private readonly JsonObject _json;

    private SandboxBlueprint(JsonObject json)
    {
        _json = json;
        Identifier = (string)json["identifier"]!;
    }

    public string Identifier { get; }

    /// <summary>A copy of the definition.</summary>
    public JsonObject Json => _json.DeepClone().AsObject();

    /// <summary>Reads a definition and checks it by the rules of the API.</summary>
    /// <exception cref="FormatException">The API would refuse it.</exception>
    public static SandboxBlueprint Parse(string json)
    {
        var body = JsonNode.Parse(json);
        return BlueprintBody.Check(body, BlueprintBody.Use.Create) is { } error
            ? throw new FormatException(error.Message)
            : new SandboxBlueprint(body!.AsObject());
    }

    internal static SandboxBlueprint FromChecked(JsonObject json) => new(json);
}
