using System.Globalization;
using System.Text;

namespace AzdoWebhookBridge.Tests.Simulation;

/// <summary>What happened, as a hash of all of it and as the last lines of it.</summary>
internal sealed class Trace(int keptLines)
{
    private const ulong Prime = 1099511628211;

    private readonly Queue<Line> _lines = new();

    public ulong Hash { get; private set; } = 14695981039346656037;

    public void Count(TimeSpan at, Actor? actor)
    {
        Mix((ulong)at.Ticks);
        Mix(actor?.Name ?? "");
    }

    public void Add(TimeSpan at, Actor? actor, string what, object? detail)
    {
        var text = Convert.ToString(detail, CultureInfo.InvariantCulture) ?? "";
        Mix(what);
        Mix(text);
        _lines.Enqueue(new Line(at, actor?.Name ?? "world", what, text));
        if (_lines.Count > keptLines)
        {
            _lines.Dequeue();
        }
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var line in _lines)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{line.At.TotalSeconds,11:0.0000} {line.Actor,-6} {line.What} {line.Detail}");
        }

        return text.ToString();
    }

    private void Mix(string text)
    {
        foreach (var letter in text)
        {
            Mix(letter);
        }
    }

    private void Mix(ulong value) => Hash = (Hash ^ value) * Prime;

    private readonly record struct Line(TimeSpan At, string Actor, string What, string Detail);
}
