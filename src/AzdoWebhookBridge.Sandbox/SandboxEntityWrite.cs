using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox;

/// <summary>One entity that a client wants to write or delete, as <see cref="SandboxFaults.RefuseEntity"/> sees it.</summary>
/// <param name="Blueprint">The blueprint in the path.</param>
/// <param name="Identifier">The identifier, after a search was resolved.</param>
/// <param name="Body">What was sent for this entity; null for a delete.</param>
public sealed record SandboxEntityWrite(string Blueprint, string Identifier, JsonObject? Body);
