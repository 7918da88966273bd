using AzdoWebhookBridge.Jq;

namespace AzdoWebhookBridge.Mapping;

/// <summary>
/// Tells whether a subscription sends all details. With "minimal" the resource keeps ids and links, with "none" there is no
/// resource; which keys exactly is undocumented, so everything that is neither id nor link counts as a detail.
/// </summary>
internal static class ResourceDetails
{
    // Real resources show a detail within their first members and levels.
    private const int MaxDepth = 16;

    /// <summary>What is wrong with the resource; null when it has details.</summary>
    public static string? Missing(JqValue body)
    {
        if (body.Kind != JqKind.Object || !body.TryGet("resource", out var resource) || resource.IsNull)
        {
            return "the event has no resource: the subscription sends no details";
        }

        return resource.Kind != JqKind.Object
            ? "the resource is not an object"
            : HasDetails(resource, MaxDepth) ? null : "the resource has only ids and links: the subscription does not send all details";
    }

    private static bool HasDetails(JqValue value, int depth)
    {
        foreach (var (name, member) in value.Members)
        {
            switch (member.Kind)
            {
                case JqKind.Null:
                    break;
                case JqKind.Object:
                    if (depth == 0 || HasDetails(member, depth - 1))
                    {
                        return true;
                    }

                    break;
                case JqKind.Array:
                    return true;
                default:
                    if (!IsIdentity(name))
                    {
                        return true;
                    }

                    break;
            }
        }

        return false;
    }

    private static bool IsIdentity(string name) =>
        name is "id" or "url" or "href" or "rev"
        || name.EndsWith("Id", StringComparison.Ordinal)
        || name.EndsWith("Url", StringComparison.Ordinal);
}
