using System.Text.Json;
using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.Delivery;

namespace AzdoWebhookBridge.Tests.Infrastructure;

/// <summary>A catalog that is only looked at.</summary>
internal sealed class FakeTarget(string name, bool isConfigured) : ICatalogTarget
{
    public string Name => name;

    public bool IsConfigured => isConfigured;

    public int MaxConcurrency => 1;

    public int MaxClaim => 1;

    public IReadOnlyList<IReadOnlyList<DeliveryBatch>> Plan(IReadOnlyList<DeliveryItem> items) => throw new NotSupportedException();

    public Task<IReadOnlyList<DeliveryOutcome>> DeliverAsync(DeliveryBatch batch, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}

/// <summary>Answers with what it was asked.</summary>
internal sealed class FakeMappingInspector : IMappingInspector
{
    public JsonElement Summarize() => JsonElement.Parse("""{"rules":4}""");

    public Task<JsonElement> PreviewAsync(
        string? rules, ReadOnlyMemory<byte> eventBody, ReadOnlyMemory<byte>? context, CancellationToken cancellationToken) =>
        Task.FromResult(JsonSerializer.SerializeToElement(new
        {
            rules,
            body = JsonElement.Parse(eventBody.Span),
            hasContext = context is not null,
        }));
}
