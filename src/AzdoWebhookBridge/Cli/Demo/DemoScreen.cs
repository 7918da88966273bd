using AzdoWebhookBridge.Cli.Output;
using Spectre.Console;

namespace AzdoWebhookBridge.Cli.Demo;

/// <summary>Where the story is told: stdout, or stderr when a machine reads stdout.</summary>
internal sealed class DemoScreen(CommandOutput output)
{
    private int _chapters;

    public void BeginChapter(string title, string about)
    {
        Say("");
        _chapters++;
        if (output is { IsTerminal: true, IsJson: false })
        {
            output.Data.Write(new Rule($"[bold]{_chapters}. {Markup.Escape(title)}[/]").LeftJustified());
        }
        else
        {
            Say($"== {_chapters}. {title} ==");
        }

        Say(about);
        Say("");
    }

    public Table CreateTable(params string[] columns) => output.CreateTable(columns);

    public void Write(Table table)
    {
        if (!output.IsJson)
        {
            output.WriteTable(table);
        }
    }

    public void Say(string sentence)
    {
        if (output.IsJson)
        {
            output.Say(sentence);
        }
        else
        {
            output.WriteLine(sentence);
        }
    }

    /// <summary>Something that was expected, and whether it is so.</summary>
    public void Judge(string what, bool holds)
    {
        if (output.IsJson)
        {
            output.Say($"{(holds ? "ok" : "missing"),-8}{what}");
        }
        else
        {
            output.Data.MarkupLineInterpolated(holds ? (FormattableString)$"[green]ok[/]      {what}" : $"[red]missing[/] {what}");
        }
    }
}
