using FluentValidation;

namespace AzdoWebhookBridge.Events;

/// <summary>What an event must have to be stored at all: a type, for the rules to match on.</summary>
internal sealed class EventEnvelopeValidator : AbstractValidator<EventEnvelope>
{
    public const int MaxEventTypeLength = 256;

    public EventEnvelopeValidator()
    {
        RuleFor(envelope => envelope.EventType)
            .Cascade(CascadeMode.Stop)
            .Must((envelope, _) => !envelope.EventTypeIsNotText).WithMessage("must be a string")
            .NotNull().WithMessage("is missing")
            .Must(eventType => !string.IsNullOrWhiteSpace(eventType)).WithMessage("must not be blank")
            .MaximumLength(MaxEventTypeLength).WithMessage($"must not be longer than {MaxEventTypeLength} characters")
            // The name as it stands in the body, not the property's.
            .OverridePropertyName("eventType");
    }
}
