using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Json;
using Serilog.Parsing;

namespace AzdoWebhookBridge.Operations.Logging;

/// <summary>One JSON object a line: <c>time</c>, <c>level</c>, <c>eventId</c>, <c>source</c>, <c>message</c>, the properties, the exception.</summary>
internal sealed class BridgeJsonFormatter : ITextFormatter
{
    private readonly JsonValueFormatter _values = new(typeTagName: null);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write("{\"time\":\"");
        output.Write(logEvent.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        output.Write("\",\"level\":\"");
        output.Write(LevelName(logEvent.Level));
        output.Write('"');
        WriteEventId(logEvent, output);
        WriteText(output, "source", SourceOf(logEvent));
        WriteText(output, "message", Render(logEvent));
        WriteText(output, "traceId", logEvent.TraceId?.ToHexString());
        foreach (var (name, value) in logEvent.Properties)
        {
            if (name is not ("EventId" or "SourceContext"))
            {
                output.Write(',');
                JsonValueFormatter.WriteQuotedJsonString(name, output);
                output.Write(':');
                _values.Format(value, output);
            }
        }

        WriteText(output, "exception", logEvent.Exception?.ToString());
        output.Write("}\n");
    }

    // As Serilog renders it, but without quotes around texts: people read this member.
    private static string Render(LogEvent logEvent)
    {
        using var message = new StringWriter(CultureInfo.InvariantCulture);
        foreach (var token in logEvent.MessageTemplate.Tokens)
        {
            if (token is PropertyToken property
                && logEvent.Properties.TryGetValue(property.PropertyName, out var value)
                && value is ScalarValue { Value: string text })
            {
                message.Write(text);
            }
            else
            {
                token.Render(logEvent.Properties, message, CultureInfo.InvariantCulture);
            }
        }

        return message.ToString();
    }

    private static void WriteEventId(LogEvent logEvent, TextWriter output)
    {
        if (logEvent.Properties.TryGetValue("EventId", out var property)
            && property is StructureValue structure
            && structure.Properties.FirstOrDefault(member => member.Name == "Id")?.Value is ScalarValue { Value: int id })
        {
            output.Write(",\"eventId\":");
            output.Write(id.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static string? SourceOf(LogEvent logEvent) =>
        logEvent.Properties.TryGetValue("SourceContext", out var source) ? (source as ScalarValue)?.Value as string : null;

    private static void WriteText(TextWriter output, string name, string? text)
    {
        if (text is null)
        {
            return;
        }

        output.Write($",\"{name}\":");
        JsonValueFormatter.WriteQuotedJsonString(text, output);
    }

    private static string LevelName(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "trace",
        LogEventLevel.Debug => "debug",
        LogEventLevel.Information => "info",
        LogEventLevel.Warning => "warn",
        LogEventLevel.Error => "error",
        _ => "fatal",
    };
}
