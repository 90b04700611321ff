using System.Globalization;
using KafkaRestore.Cli.Output;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Invocation;

/// <summary>What the program says on stderr besides its result. A stderr that is gone never ends a command.</summary>
/// <param name="verbosity">0: what a user must see; 1: also what happens; 2: also what developers want.</param>
/// <param name="style">Whether stderr takes colours.</param>
/// <param name="elsewhere">Takes what would be said on stderr, as level (<c>info</c>, <c>warning</c>, <c>error</c>) and text; null: stderr does.</param>
internal sealed class ConsoleLog(int verbosity, ConsoleStyle style, Action<string, string>? elsewhere = null)
{
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _clientErrors = [];
    private Action<string>? _display;

    /// <summary>Whether stderr takes colours and a moving display.</summary>
    public ConsoleStyle Style => style;

    /// <summary>Sends lines through a moving display until disposed.</summary>
    public IDisposable Through(Action<string> display)
    {
        lock (_gate)
        {
            _display = display;
        }

        return new Restored(this);
    }

    /// <summary>A line that is always shown.</summary>
    public void Message(string text) => Write(Level.Info, Printable.Text(text));

    /// <summary>On a terminal: a line that the next one replaces.</summary>
    public void Transient(string text) => WriteRaw($"\r\u001b[K{Printable.Line(text)}");

    /// <summary>On a terminal: characters that move the cursor.</summary>
    public void Raw(string text) => WriteRaw(text);

    /// <summary>Undoes what a moving display does to the cursor.</summary>
    public void ShowCursor()
    {
        if (style.Moving)
        {
            WriteRaw("\u001b[?25h\n");
        }
    }

    /// <summary>A line for a person to look at.</summary>
    public void Warning(string text) => Write(Level.Warning, Printable.Text(text));

    /// <summary>A failure.</summary>
    public void Error(string text) => Write(Level.Error, Printable.Text(text));

    /// <summary>A line for <c>-v</c>.</summary>
    public void Info(string text)
    {
        if (verbosity >= 1)
        {
            Write(Level.Info, $"{Now()} {Printable.Text(text)}");
        }
    }

    /// <summary>A failure that a person can act on; its causes for <c>-v</c>, never a stack trace.</summary>
    public void Failure(RestoreException failure)
    {
        Error(failure.Describe());
        for (var cause = failure.InnerException; verbosity >= 1 && cause is not null; cause = cause.InnerException)
        {
            Write(Level.Info, Printable.Text($"  caused by {cause.GetType().Name}: {cause.Message}"));
        }
    }

    /// <summary>A failure that nobody foresaw: one line, and the stack for <c>-v</c>.</summary>
    public void Defect(Exception defect)
    {
        Error(new RestoreException(ErrorCodes.Internal, $"{defect.GetType().Name}: {defect.Message}").Describe());
        if (verbosity >= 1)
        {
            Write(Level.Info, Printable.Text(defect.ToString()));
        }
    }

    /// <summary>What librdkafka says: errors once in a while, the rest when asked for.</summary>
    public void Client(ClientLogLine line)
    {
        var wanted = line.Level switch
        {
            ClientLogLevel.Error => verbosity >= 1 || IsNew(line.Facility),
            ClientLogLevel.Debug => verbosity >= 2,
            _ => verbosity >= 1,
        };
        if (wanted)
        {
            Write(Level.Info, Printable.Text($"{Now()} kafka client: {line.Facility}: {line.Message}"));
        }
    }

    private static string Now() => DateTime.UtcNow.ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private bool IsNew(string facility)
    {
        lock (_gate)
        {
            var now = Environment.TickCount64;
            if (_clientErrors.TryGetValue(facility, out var last) && now - last < RepeatAfter.TotalMilliseconds)
            {
                return false;
            }

            _clientErrors[facility] = now;
            return true;
        }
    }

    private void Write(Level level, string text)
    {
        if (elsewhere is not null)
        {
            elsewhere(level.ToString().ToLowerInvariant(), text);
            return;
        }

        text = level switch
        {
            Level.Warning => $"{style.OnError("warning", Colour.Yellow)}: {text}",
            Level.Error => style.OnError(text, Colour.Red),
            _ => text,
        };
        lock (_gate)
        {
            if (_display is { } display)
            {
                display(text);
                return;
            }

            WriteRaw(text + Environment.NewLine);
        }
    }

    private void WriteRaw(string text)
    {
        lock (_gate)
        {
            try
            {
                Console.Error.Write(text);
            }
            catch (IOException)
            {
                // Nobody listens any more.
            }
        }
    }

    private enum Level
    {
        Info,
        Warning,
        Error,
    }

    private sealed class Restored(ConsoleLog log) : IDisposable
    {
        public void Dispose()
        {
            lock (log._gate)
            {
                log._display = null;
            }
        }
    }
}
