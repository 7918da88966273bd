using System.Text;

namespace AzdoWebhookBridge.Konnect;

/// <summary>Makes names that Konnect takes (<c>^[0-9a-z.-]+$</c>, at most 120) of names as people give them. Pure.</summary>
internal static class KonnectSlug
{
    public const int MaxLength = 120;

    private const int IdLetters = 8;

    /// <summary>The name a service should have: its own slug, or one of the repository's id when nothing of the name is left.</summary>
    public static string ServiceName(string name, string repositoryId)
    {
        var slug = Of(name);
        return slug.Length > 0 ? slug : $"repo-{ShortId(repositoryId)}";
    }

    /// <summary>The name to fall back to when another repository has <see cref="ServiceName"/>.</summary>
    public static string PrefixedName(string? project, string name, string repositoryId)
    {
        var prefix = Of(project ?? "");
        return prefix.Length > 0
            ? Cut($"{prefix}-{ServiceName(name, repositoryId)}")
            : WithId(name, repositoryId);
    }

    /// <summary>The last resort: two organizations may have the same project and repository.</summary>
    public static string WithId(string name, string repositoryId)
    {
        var id = ShortId(repositoryId);
        var slug = ServiceName(name, repositoryId);
        var room = MaxLength - id.Length - 1;
        return $"{(slug.Length > room ? slug[..room].TrimEnd('-', '.') : slug)}-{id}";
    }

    private static string Of(string name)
    {
        var slug = new StringBuilder(Math.Min(name.Length, MaxLength));
        var isGap = false;
        foreach (var letter in name.ToLowerInvariant())
        {
            if (letter is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '.' or '-')
            {
                if (isGap)
                {
                    slug.Append('-');
                    isGap = false;
                }

                slug.Append(letter);
            }
            else
            {
                isGap = true;
            }
        }

        return Cut(slug.ToString());
    }

    private static string Cut(string slug)
    {
        slug = slug.Trim('-', '.');
        return slug.Length > MaxLength ? slug[..MaxLength].TrimEnd('-', '.') : slug;
    }

    private static string ShortId(string repositoryId)
    {
        var letters = new string([.. repositoryId.ToLowerInvariant().Where(char.IsAsciiLetterOrDigit).Take(IdLetters)]);
        return letters.Length > 0 ? letters : "unnamed";
    }
}
