namespace KafkaRestore.Jobs.Output;

/// <summary>Which of the two streams takes colours, and whether stderr takes a moving display.</summary>
/// <param name="ResultColours">Whether stdout takes colours.</param>
/// <param name="ErrorColours">Whether stderr takes colours.</param>
/// <param name="Moving">Whether stderr is a terminal on which lines can be drawn again.</param>
internal sealed record ConsoleStyle(bool ResultColours, bool ErrorColours, bool Moving)
{
    /// <summary>No colours, nothing moves.</summary>
    public static ConsoleStyle Plain { get; } = new(false, false, false);

    /// <summary>What this process's streams take.</summary>
    /// <param name="plain">Whether the user asked for none of it.</param>
    public static ConsoleStyle Detect(bool plain)
    {
        // https://no-color.org: set and not empty.
        var refused = plain || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var capable = Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb") || OperatingSystem.IsWindows();
        var error = !refused && capable && !Console.IsErrorRedirected;
        return new ConsoleStyle(!refused && capable && !Console.IsOutputRedirected, error, error);
    }

    /// <summary>The text as stdout shows it.</summary>
    public string OnResult(string text, Colour colour) => ResultColours ? Paint(text, colour) : text;

    /// <summary>The text as stderr shows it.</summary>
    public string OnError(string text, Colour colour) => ErrorColours ? Paint(text, colour) : text;

    private static string Paint(string text, Colour colour) => $"\u001b[{(int)colour}m{text}\u001b[0m";
}

/// <summary>Colours by their ANSI number.</summary>
internal enum Colour
{
    /// <summary>Something failed.</summary>
    Red = 31,

    /// <summary>All is well.</summary>
    Green = 32,

    /// <summary>A person should look.</summary>
    Yellow = 33,
}
