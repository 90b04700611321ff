namespace KafkaRestore.Cli.Tests.Support;

/// <summary>A test that gives the program a terminal, through <c>script</c> of util-linux.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TerminalTheoryAttribute : TheoryAttribute
{
    public TerminalTheoryAttribute()
    {
        if (!File.Exists("/usr/bin/script"))
        {
            Skip = "needs /usr/bin/script (Debian: bsdutils)";
        }
    }
}
