using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging;

namespace AzdoWebhookBridge.Tests.Port;

/// <summary>A clock that stands still until it is moved; timers of the code under test fire when it passes them.</summary>
internal sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = start;

    public ManualTime()
        : this(new DateTimeOffset(2026, 11, 21, 20, 0, 0, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public void Advance(TimeSpan by)
    {
        ManualTimer[] due;
        lock (_gate)
        {
            _now += by;
            due = [.. _timers.Where(timer => timer.DueAt <= _now)];
            _timers.RemoveAll(timer => due.Contains(timer));
        }

        foreach (var timer in due)
        {
            timer.Fire();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class ManualTimer(ManualTime owner, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset DueAt { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._gate)
            {
                owner._timers.Remove(this);
                if (dueTime >= TimeSpan.Zero)
                {
                    DueAt = owner._now + dueTime;
                    owner._timers.Add(this);
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (owner._gate)
            {
                owner._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>Keeps everything that was logged, at any level, with all values.</summary>
internal sealed class LogRecorder : ILoggerProvider, ILogger
{
    private readonly Lock _gate = new();
    private readonly List<(LogLevel Level, string Text)> _lines = [];

    public IReadOnlyList<(LogLevel Level, string Text)> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_gate)
        {
            _lines.Add((logLevel, $"{formatter(state, exception)} {exception}"));
        }
    }

    public void Dispose()
    {
    }
}

/// <summary>A request as the stub saw it.</summary>
internal sealed record SeenRequest(string Method, string PathAndQuery, string Host, string Body, string? Authorization, string? UserAgent);

/// <summary>Answers what the test expects, in order or by rule, and fails the test on anything else.</summary>
internal sealed class StubHandler : HttpMessageHandler
{
    private readonly Lock _gate = new();
    private readonly List<SeenRequest> _seen = [];
    private readonly Queue<Func<SeenRequest, CancellationToken, Task<HttpResponseMessage>?>> _script = new();

    /// <summary>Asked when the script has no answer.</summary>
    public Func<SeenRequest, CancellationToken, Task<HttpResponseMessage>?>? Otherwise { get; set; }

    public IReadOnlyList<SeenRequest> Seen
    {
        get
        {
            lock (_gate)
            {
                return [.. _seen];
            }
        }
    }

    public StubHandler Then(Func<HttpResponseMessage> answer)
    {
        _script.Enqueue((_, _) => Task.FromResult(answer()));
        return this;
    }

    public StubHandler ThenThrow(Func<Exception> exception)
    {
        _script.Enqueue((_, _) => Task.FromException<HttpResponseMessage>(exception()));
        return this;
    }

    public static HttpResponseMessage Json(int status, string body, params (string Name, string Value)[] headers) =>
        Text(status, body, "application/json", headers);

    public static HttpResponseMessage Text(int status, string body, string? mediaType, params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        response.Content.Headers.ContentType = mediaType is null ? null : MediaTypeHeaderValue.Parse(mediaType);
        foreach (var (name, value) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var seen = new SeenRequest(
            request.Method.Method, request.RequestUri!.PathAndQuery, request.RequestUri.Authority, body,
            request.Headers.NonValidated.TryGetValues("Authorization", out var authorization) ? authorization.ToString() : null,
            request.Headers.NonValidated.TryGetValues("User-Agent", out var agent) ? agent.ToString() : null);
        Task<HttpResponseMessage>? answer;
        lock (_gate)
        {
            _seen.Add(seen);
            answer = Otherwise?.Invoke(seen, cancellationToken);
            if (answer is null && _script.TryDequeue(out var next))
            {
                answer = next(seen, cancellationToken);
            }
        }

        return await (answer ?? throw new InvalidOperationException($"Unexpected call: {seen.Method} {seen.PathAndQuery}"));
    }
}
