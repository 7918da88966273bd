using AzdoWebhookBridge.Delivery.Http;
using FluentValidation;

namespace AzdoWebhookBridge.Port;

/// <summary>The Port account that entities go to. On when both parts of the credential are there.</summary>
internal sealed class PortOptions
{
    public const string SectionName = "Port";

    /// <summary>The region's API; a slash or <c>/v1</c> at the end does not matter.</summary>
    public string BaseUrl { get; set; } = "https://api.port.io";

    public string? ClientId { get; set; }

    public string? ClientSecret { get; set; }

    /// <summary>Whether Port makes a bare entity of a relation's target that it does not have yet.</summary>
    public bool CreateMissingRelatedEntities { get; set; } = true;

    /// <summary>The longest that one request may take, answer included.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Port's limit for one bulk call.</summary>
    public int MaxEntitiesPerCall { get; set; } = 20;

    public bool HasCredentials => !string.IsNullOrWhiteSpace(ClientId) && !string.IsNullOrWhiteSpace(ClientSecret);
}

internal sealed class PortOptionsValidator : AbstractValidator<PortOptions>
{
    public PortOptionsValidator()
    {
        RuleFor(options => options.BaseUrl)
            .Must(url => CatalogAddress.TryParse(url, out _))
            .WithMessage("Port:BaseUrl has to be an address such as https://api.port.io.")
            .DependentRules(() => RuleFor(options => options.BaseUrl)
                .Must(url => CatalogAddress.TryParse(url, out var root) && CatalogAddress.IsSafeForSecrets(root))
                .WithMessage("Port:BaseUrl has to begin with https:// because the credential is sent there."));
        RuleFor(options => options.ClientSecret)
            .NotEmpty()
            .When(options => !string.IsNullOrWhiteSpace(options.ClientId))
            .WithMessage("Port:ClientId is set, but Port:ClientSecret is not.");
        RuleFor(options => options.ClientId)
            .NotEmpty()
            .When(options => !string.IsNullOrWhiteSpace(options.ClientSecret))
            .WithMessage("Port:ClientSecret is set, but Port:ClientId is not.");
        RuleFor(options => options.RequestTimeout)
            .InclusiveBetween(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5))
            .WithMessage("Port:RequestTimeout has to be between 00:00:01 and 00:05:00.");
        RuleFor(options => options.MaxEntitiesPerCall)
            .InclusiveBetween(1, 50)
            .WithMessage("Port:MaxEntitiesPerCall has to be between 1 and 50.");
    }
}
