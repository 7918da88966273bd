namespace AzdoWebhookBridge.Delivery.Http;

/// <summary>A secret on its way through our code: it does not print, and every place that needs its text is found by <c>Reveal</c>.</summary>
internal readonly record struct SecretText
{
    private readonly string? _text;

    public SecretText(string? text) => _text = text?.Trim();

    public bool IsEmpty => string.IsNullOrEmpty(_text);

    public string Reveal() => _text ?? "";

    public override string ToString() => "***";
}
