namespace AzdoWebhookBridge.Sandbox;

/// <summary>
/// What goes wrong, on demand. Faults are tried in the order in which they were ordered and each request meets at most one
/// of them, besides delays. A fault without a condition strikes every request but those for an access token.
/// </summary>
public sealed class SandboxFaults
{
    private readonly Lock _gate = new();
    private readonly List<SandboxFault> _faults = [];
    private readonly List<EntityRefusal> _refusals = [];
    private bool _down;
    private bool _downByReset;

    internal SandboxFaults()
    {
    }

    /// <summary>The next matching request gets this status; the service does nothing with it.</summary>
    /// <param name="status">The status to answer.</param>
    /// <param name="retryAfter">Adds a <c>Retry-After</c> header in whole seconds; a 429 tells it as the reset of the budget too.</param>
    /// <param name="body">The body; without it the vendor's error body for that status.</param>
    /// <param name="when">Which requests; without it any but one for a token.</param>
    public SandboxFault RespondOnceWith(
        int status, TimeSpan? retryAfter = null, string? body = null, Func<SandboxRequest, bool>? when = null)
        => RespondWith(status, 1, retryAfter, body, when);

    /// <summary>Matching requests get this status; without <paramref name="times"/> until the fault is cancelled.</summary>
    public SandboxFault RespondWith(
        int status, int? times = null, TimeSpan? retryAfter = null, string? body = null, Func<SandboxRequest, bool>? when = null)
        => Add(new SandboxFault(SandboxFaultKind.Respond, times, when) { Status = status, RetryAfter = retryAfter, Body = body });

    /// <summary>Matching requests get an HTML page as a proxy in front of the service writes it.</summary>
    public SandboxFault HtmlErrorPage(int status = 502, int? times = 1, Func<SandboxRequest, bool>? when = null)
        => Add(new SandboxFault(SandboxFaultKind.HtmlPage, times, when) { Status = status });

    /// <summary>Matching requests get 203 with a sign-in page, as Azure DevOps answers a credential that it does not take.</summary>
    public SandboxFault SignInPage(int? times = 1, Func<SandboxRequest, bool>? when = null) => HtmlErrorPage(203, times, when);

    /// <summary>The connection ends before the service looks at the request.</summary>
    public SandboxFault ResetConnection(int? times = 1, Func<SandboxRequest, bool>? when = null)
        => Add(new SandboxFault(SandboxFaultKind.ResetConnection, times, when));

    /// <summary>The service does what was asked, but the connection ends before its answer: the client cannot know.</summary>
    public SandboxFault LoseAnswer(int? times = 1, Func<SandboxRequest, bool>? when = null)
        => Add(new SandboxFault(SandboxFaultKind.LoseAnswer, times, when));

    /// <summary>The service does what was asked, but its answer breaks off in the middle.</summary>
    public SandboxFault Truncate(int? times = 1, Func<SandboxRequest, bool>? when = null)
        => Add(new SandboxFault(SandboxFaultKind.Truncate, times, when));

    /// <summary>Matching requests are taken and not looked at until <see cref="SandboxFault.Cancel"/>, or until the client gives up.</summary>
    public SandboxFault Hold(int? times = null, Func<SandboxRequest, bool>? when = null)
        => Add(new SandboxFault(SandboxFaultKind.Hold, times, when));

    /// <summary>Matching requests take this much longer, by the sandbox's clock.</summary>
    public SandboxFault Delay(TimeSpan duration, int? times = null, Func<SandboxRequest, bool>? when = null)
        => Add(new SandboxFault(SandboxFaultKind.Delay, times, when) { Duration = duration });

    /// <summary>Every request, for tokens too, gets 503, or loses its connection, until <see cref="ComeBack"/>.</summary>
    public void GoDown(bool resetConnections = false)
    {
        lock (_gate)
        {
            (_down, _downByReset) = (true, resetConnections);
        }
    }

    /// <summary>Ends <see cref="GoDown"/>.</summary>
    public void ComeBack()
    {
        lock (_gate)
        {
            _down = false;
        }
    }

    /// <summary>Port only: single entities are refused, within a bulk by their index, until <see cref="Clear"/>.</summary>
    public void RefuseEntity(
        Func<SandboxEntityWrite, bool> when, int statusCode = 422, string message = "Refused by the sandbox", string error = "invalid_request")
    {
        lock (_gate)
        {
            _refusals.Add(new EntityRefusal(when, statusCode, error, message));
        }
    }

    /// <summary>Takes every fault back.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _faults.ForEach(fault => fault.Cancel());
            _faults.Clear();
            _refusals.Clear();
            _down = false;
        }
    }

    internal FaultPlan Plan(SandboxRequest request)
    {
        lock (_gate)
        {
            if (_down)
            {
                return new FaultPlan(TimeSpan.Zero, _downByReset
                    ? new SandboxFault(SandboxFaultKind.ResetConnection, null, null)
                    : new SandboxFault(SandboxFaultKind.Respond, null, null) { Status = 503 });
            }

            var delay = TimeSpan.Zero;
            foreach (var slow in _faults.Where(fault => fault.Kind == SandboxFaultKind.Delay && fault.TryStrike(request)))
            {
                delay += slow.Duration;
            }

            return new FaultPlan(delay, _faults.Find(fault => fault.Kind != SandboxFaultKind.Delay && fault.TryStrike(request)));
        }
    }

    internal EntityRefusal? RefusalOf(SandboxEntityWrite write)
    {
        lock (_gate)
        {
            return _refusals.Find(refusal => refusal.When(write));
        }
    }

    private SandboxFault Add(SandboxFault fault)
    {
        lock (_gate)
        {
            _faults.RemoveAll(old => old.IsSpent);
            _faults.Add(fault);
        }

        return fault;
    }
}

internal sealed record FaultPlan(TimeSpan Delay, SandboxFault? Fault);

internal sealed record EntityRefusal(Func<SandboxEntityWrite, bool> When, int StatusCode, string Error, string Message);
