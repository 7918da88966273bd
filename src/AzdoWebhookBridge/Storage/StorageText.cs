using System.Text;
using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Storage;

/// <summary>
/// Text that came from outside was cleaned before it comes here. Should one get through, it must neither fail its batch nor make
/// two keys of one: a database stores a lone surrogate as U+FFFD, so keys are compared in that form.
/// </summary>
internal static class StorageText
{
    public static EntityKey Clean(EntityKey key) => new(Clean(key.Target), Clean(key.Blueprint), Clean(key.Identifier));

    private static string Clean(string text) =>
        text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0
            ? text
            : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
