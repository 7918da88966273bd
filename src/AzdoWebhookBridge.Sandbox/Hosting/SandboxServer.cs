using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace AzdoWebhookBridge.Sandbox.Hosting;

/// <summary>Kestrel on the loopback interface in front of one stand-in: records, spoils on demand, answers.</summary>
internal sealed class SandboxServer : IAsyncDisposable
{
    private readonly SandboxApi _api;
    private readonly SandboxServerOptions _options;
    private readonly WebApplication _application;
    private long _total;
    private int _inFlight;
    private int _mostInFlight;

    private SandboxServer(SandboxApi api, SandboxServerOptions options, SandboxFaults faults)
    {
        _api = api;
        _options = options;
        Faults = faults;
        Calls = new CallLog(options.CallHistory);

        // Empty: no configuration, no logging, nothing of the surrounding process leaks in.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, options.Port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
        });
        builder.Services.AddRoutingCore();
        _application = builder.Build();
        foreach (var route in api.Routes)
        {
            _application.MapMethods(route.Pattern, [route.Method], context => HandleAsync(context, route.Handle));
        }

        _application.MapFallback("{**path}", context => HandleAsync(context, api.UnknownRoute));
    }

    public SandboxFaults Faults { get; }

    public CallLog Calls { get; }

    public ConditionSignal Signal { get; } = new();

    /// <summary>All requests so far.</summary>
    public long TotalRequests => Volatile.Read(ref _total);

    /// <summary>The most requests that were on their way at the same time.</summary>
    public int MostInFlight => Volatile.Read(ref _mostInFlight);

    public Uri BaseAddress => new(_application.Urls.First());

    public static async Task<SandboxServer> StartAsync(
        SandboxApi api, SandboxServerOptions options, SandboxFaults faults, CancellationToken cancellationToken)
    {
        var server = new SandboxServer(api, options, faults);
        await server._application.StartAsync(cancellationToken);
        return server;
    }

    public void ResetCounters()
    {
        Calls.Clear();
        Volatile.Write(ref _total, 0);
        Volatile.Write(ref _mostInFlight, 0);
    }

    public async ValueTask DisposeAsync()
    {
        Faults.Clear();
        await _application.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context, Func<SandboxExchange, SandboxAnswer> handle)
    {
        SandboxExchange? exchange = null;
        Enter();
        try
        {
            exchange = await SandboxExchange.ReadAsync(context, _options.Time, context.RequestAborted);
            lock (_api.Gate)
            {
                _api.Arrived(exchange);
            }

            var plan = Faults.Plan(exchange.Request);
            var wait = _options.Latency + plan.Delay;
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, _options.Time, context.RequestAborted);
            }

            if (plan.Fault?.Kind == SandboxFaultKind.Hold)
            {
                Signal.Pulse(); // somebody may wait for the request to be held
                await plan.Fault.Released.Task.WaitAsync(context.RequestAborted);
            }

            await AnswerAsync(context, exchange, plan.Fault, handle);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client gave up; there is nobody to answer.
            Record(exchange, 0);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    private void Enter()
    {
        Interlocked.Increment(ref _total);
        var now = Interlocked.Increment(ref _inFlight);
        int most;
        while (now > (most = Volatile.Read(ref _mostInFlight)) && Interlocked.CompareExchange(ref _mostInFlight, now, most) != most)
        {
        }
    }

    private async Task AnswerAsync(
        HttpContext context, SandboxExchange exchange, SandboxFault? fault, Func<SandboxExchange, SandboxAnswer> handle)
    {
        SandboxAnswer? answer;
        lock (_api.Gate)
        {
            answer = fault?.Kind switch
            {
                SandboxFaultKind.ResetConnection => null,
                SandboxFaultKind.HtmlPage => HtmlPage(fault.Status),
                SandboxFaultKind.Respond => Ordered(fault),
                _ => Serve(exchange, handle),
            };
            if (answer is not null)
            {
                _api.Answered(exchange, answer);
            }
        }

        var isLost = answer is null || fault?.Kind == SandboxFaultKind.LoseAnswer;

        // Recorded before the answer leaves: who has the answer finds the call in the list.
        Record(exchange, isLost ? 0 : answer!.Status);
        if (isLost)
        {
            context.Abort();
            return;
        }

        await WriteAsync(context, answer!, truncate: fault?.Kind == SandboxFaultKind.Truncate);
    }

    private void Record(SandboxExchange? exchange, int status)
    {
        if (exchange is not null)
        {
            Calls.Add(new SandboxCall(exchange.Request, status), _api.IsWrite(exchange.Request));
        }

        Signal.Pulse();
    }

    private SandboxAnswer Serve(SandboxExchange exchange, Func<SandboxExchange, SandboxAnswer> handle)
    {
        try
        {
            return (_api.Refuse(exchange) ?? handle(exchange)).With(_api.CommonHeaders(usedUpFor: null)).With(_api.HeadersFor(exchange));
        }
        catch (Exception exception)
        {
            // A mistake in the stand-in must not look like one of the client.
            return new SandboxAnswer(500) { Text = "The sandbox itself failed: " + exception, ContentType = "text/plain" };
        }
    }

    private SandboxAnswer Ordered(SandboxFault fault)
    {
        int? wait = fault.RetryAfter is { } retryAfter ? (int)Math.Ceiling(retryAfter.TotalSeconds) : null;
        var answer = fault.Body is null ? _api.ErrorAnswer(fault.Status) : new SandboxAnswer(fault.Status) { Text = fault.Body };
        if (wait is { } seconds)
        {
            answer = answer.With([new("Retry-After", seconds.ToString(CultureInfo.InvariantCulture))]);
        }

        // What fails in front of the service knows nothing of its budget; a refusal for the budget must not contradict it.
        return fault.Status switch
        {
            >= 500 => answer,
            429 => answer.With(_api.CommonHeaders(usedUpFor: wait ?? 1)),
            _ => answer.With(_api.CommonHeaders(usedUpFor: null)),
        };
    }

    private static SandboxAnswer HtmlPage(int status) => new(status)
    {
        ContentType = "text/html",
        Text = $"<html><head><title>{status}</title></head><body><center><h1>{status}</h1></center><hr></body></html>",
    };

    private static async Task WriteAsync(HttpContext context, SandboxAnswer answer, bool truncate)
    {
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            context.Response.Headers[name] = value;
        }

        if (answer.Content is not { } content)
        {
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(content);
        context.Response.ContentType = answer.ContentType;
        context.Response.ContentLength = bytes.Length;
        if (!truncate)
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
            return;
        }

        await context.Response.Body.WriteAsync(bytes.AsMemory(0, bytes.Length / 2), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        context.Abort();
    }
}

internal sealed record SandboxServerOptions(int Port, TimeSpan Latency, int CallHistory, TimeProvider Time);
