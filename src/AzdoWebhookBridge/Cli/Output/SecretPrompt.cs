using System.Text;

namespace AzdoWebhookBridge.Cli.Output;

/// <summary>Asks for a secret without showing it.</summary>
internal static class SecretPrompt
{
    /// <summary>What was typed; null when nobody is there to ask.</summary>
    public static string? Ask(CommandConsole console, string question)
    {
        if (console.Answers?.Invoke() is not { } answers)
        {
            return null;
        }

        console.Error.Write($"{question}: ");
        var secret = ReferenceEquals(answers, Console.In) ? ReadHidden() : answers.ReadLine();
        console.Error.WriteLine();
        return secret?.Trim();
    }

    private static string ReadHidden()
    {
        var typed = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
            {
                return typed.ToString();
            }

            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length -= typed.Length > 0 ? 1 : 0;
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Append(key.KeyChar);
            }
        }
    }
}
