namespace AzdoWebhookBridge.Sandbox.Hosting;

/// <summary>What a vendor's stand-in adds to the common server: its routes, its gate keeping and its error bodies.</summary>
/// <param name="gate">Guards a state that is shared with others; without it the stand-in has one of its own.</param>
internal abstract class SandboxApi(Lock? gate = null)
{
    /// <summary>Guards the whole state; handlers run inside it.</summary>
    public Lock Gate { get; } = gate ?? new Lock();

    public abstract IEnumerable<SandboxRoute> Routes { get; }

    /// <summary>Size, budget, credential and form: an answer when the request does not get as far as its handler.</summary>
    public abstract SandboxAnswer? Refuse(SandboxExchange exchange);

    /// <summary>The vendor's body for a status that a fault asks for.</summary>
    public abstract SandboxAnswer ErrorAnswer(int status);

    public abstract SandboxAnswer UnknownRoute(SandboxExchange exchange);

    /// <summary>Headers that the vendor puts on every answer, first of all what is left of the budget.</summary>
    /// <param name="usedUpFor">Tells a budget that is used up for so many seconds, whatever the real one is.</param>
    public abstract IEnumerable<KeyValuePair<string, string>> CommonHeaders(int? usedUpFor);

    /// <summary>Headers that depend on who asks; of ordered answers too.</summary>
    public virtual IEnumerable<KeyValuePair<string, string>> HeadersFor(SandboxExchange exchange) => [];

    /// <summary>A request came in, whatever will come of it. Under the gate.</summary>
    public virtual void Arrived(SandboxExchange exchange)
    {
    }

    /// <summary>An answer is about to leave. Under the gate.</summary>
    public virtual void Answered(SandboxExchange exchange, SandboxAnswer answer)
    {
    }

    /// <summary>Whether the request counts as a write in the numbers that tests look at.</summary>
    public abstract bool IsWrite(SandboxRequest request);
}

internal sealed record SandboxRoute(string Method, string Pattern, Func<SandboxExchange, SandboxAnswer> Handle);
