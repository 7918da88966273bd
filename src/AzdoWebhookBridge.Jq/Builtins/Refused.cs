namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>What jq has and this library refuses on purpose, with the reason for whoever wrote it.</summary>
internal static class Refused
{
    private const string OneInput = "a program sees one input, which is '.'";
    private const string NoFiles = "a program cannot read files or modules";
    private const string NoMessages = "a program has no place to write messages to; remove it";

    /// <summary>Null for names that are merely unknown.</summary>
    public static string? Reason(string name)
    {
        var reason = name switch
        {
            "input" or "inputs" or "input_filename" or "input_line_number" => OneInput,
            "debug" or "stderr" => NoMessages,
            "halt" => "a program cannot end the process; use 'empty' for no output, or 'error' and 'halt_error' to fail",
            "modulemeta" or "get_search_list" or "get_prog_origin" or "get_jq_origin" or "import" or "include" or "module" => NoFiles,
            _ => null,
        };
        return reason is null ? null : $"'{name}' is not allowed: {reason}";
    }
}
