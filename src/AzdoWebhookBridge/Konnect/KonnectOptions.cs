using AzdoWebhookBridge.Delivery.Http;
using FluentValidation;

namespace AzdoWebhookBridge.Konnect;

/// <summary>The Kong Konnect organization whose Service Catalog is kept. On when the token is there.</summary>
internal sealed class KonnectOptions
{
    public const string SectionName = "Konnect";

    /// <summary>The region's API; catalog data is regional.</summary>
    public string BaseUrl { get; set; } = "https://us.api.konghq.com";

    /// <summary>A system account token (<c>spat_…</c>) with the role Service Creator.</summary>
    public string? Token { get; set; }

    /// <summary>Whether a service that is missing is made; without it repositories wait for one made by hand.</summary>
    public bool CreateServices { get; set; } = true;

    /// <summary>The name of the Azure DevOps integration.</summary>
    public string Integration { get; set; } = "azure-devops";

    /// <summary>The integration instance; without it the one whose organization is the event's.</summary>
    public string? Instance { get; set; }

    /// <summary>The longest that one request may take, answer included.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    public bool HasCredentials => !string.IsNullOrWhiteSpace(Token);
}

internal sealed class KonnectOptionsValidator : AbstractValidator<KonnectOptions>
{
    public KonnectOptionsValidator()
    {
        RuleFor(options => options.BaseUrl)
            .Must(url => CatalogAddress.TryParse(url, out _))
            .WithMessage("Konnect:BaseUrl has to be an address such as https://us.api.konghq.com.")
            .DependentRules(() => RuleFor(options => options.BaseUrl)
                .Must(url => CatalogAddress.TryParse(url, out var root) && CatalogAddress.IsSafeForSecrets(root))
                .WithMessage("Konnect:BaseUrl has to begin with https:// because the token is sent there."));
        RuleFor(options => options.Token)
            .Must(token => token!.Trim().All(letter => letter is > ' ' and < '\u007f'))
            .When(options => options.HasCredentials)
            .WithMessage("Konnect:Token has characters that no token has.");
        RuleFor(options => options.Integration)
            .NotEmpty()
            .WithMessage("Konnect:Integration has to be the name of the Azure DevOps integration.");
        RuleFor(options => options.RequestTimeout)
            .InclusiveBetween(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5))
            .WithMessage("Konnect:RequestTimeout has to be between 00:00:01 and 00:05:00.");
    }
}
