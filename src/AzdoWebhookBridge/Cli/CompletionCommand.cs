using System.CommandLine;
using AzdoWebhookBridge.Cli.Output;

namespace AzdoWebhookBridge.Cli;

/// <summary><c>bridge completion bash|zsh|fish|pwsh</c>: a script that lets the shell ask <c>bridge [suggest]</c> what may follow.</summary>
internal static class CompletionCommand
{
    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "The shell to complete in." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        var command = new Command("completion", "Print the script that completes commands and options in a shell.") { shell };
        command.SetAction(parsed => CommandConsole.Of(parsed).Output.WriteLine(Script(parsed.GetRequiredValue(shell))));
        return command.WithExamples(
            "bridge completion bash > /etc/bash_completion.d/bridge",
            "bridge completion zsh > \"${fpath[1]}/_bridge\"",
            "bridge completion fish > ~/.config/fish/completions/bridge.fish",
            "bridge completion pwsh >> $PROFILE");
    }

    // Each sends the line up to the cursor without the tool's own name.
    private static string Script(string shell) => shell switch
    {
        "bash" =>
            """
            _bridge() {
                local line="${COMP_LINE:0:COMP_POINT}" IFS=$'\n'
                line="${line#*[[:space:]]}"
                COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _bridge bridge
            """,
        "zsh" =>
            """
            #compdef bridge
            _bridge() {
                local line="${(j: :)words[2,CURRENT]}"
                local -a found
                found=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
                compadd -a found
            }
            compdef _bridge bridge
            """,
        "fish" =>
            """
            function __bridge_complete
                set -l line (string replace -r '^\S+\s?' '' -- (commandline -cp))
                bridge "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
            end
            complete -c bridge -f -a '(__bridge_complete)'
            """,
        _ =>
            """
            Register-ArgumentCompleter -Native -CommandName bridge -ScriptBlock {
                param($word, $tree, $cursor)
                $line = $tree.ToString().PadRight($cursor).Substring(0, $cursor) -replace '^\S+\s?', ''
                & bridge "[suggest:$($line.Length)]" "$line" 2>$null | Where-Object { $_ -like "$word*" } | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
                }
            }
            """,
    };
}
