using System.CommandLine;

namespace KafkaRestore.Cli.Invocation;

/// <summary>The options that every command takes.</summary>
internal static class GlobalOptions
{
    public static Option<bool> Verbose { get; } = new("--verbose", "-v")
    {
        Description = "Say more on stderr; twice (-vv): also what the Kafka client says for developers.",
        Arity = ArgumentArity.Zero,
        Recursive = true,
    };

    public static Option<bool> NoColor { get; } = new("--no-color")
    {
        Description = "No colours and no moving display; so does the variable NO_COLOR.",
        Arity = ArgumentArity.Zero,
        Recursive = true,
    };

    public static Option<LogFormat> LogFormat { get; } = LogFormatOption.Create();

    public static Option<bool> Help { get; } = new("--help", "-h")
    {
        Description = "Show this help.",
        Arity = ArgumentArity.Zero,
        Recursive = true,
    };

    public static Option<bool> Version { get; } = new("--version")
    {
        Description = "Show the version of the program and of the Kafka client library.",
        Arity = ArgumentArity.Zero,
    };
}
