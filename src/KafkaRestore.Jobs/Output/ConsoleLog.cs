using System.Globalization;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Jobs.Output;

/// <summary>What the program says on stderr besides its result. A stderr that is gone never ends a command.</summary>
/// <param name="verbosity">0: what a user must see; 1: also what happens; 2: also what developers want.</param>
/// <param name="style">Whether stderr takes colours.</param>
/// <param name="elsewhere">Takes what would be said on stderr; null: stderr does.</param>
/// <param name="format">How stderr is written.</param>
internal sealed class ConsoleLog(int verbosity, ConsoleStyle style, Action<LogLine>? elsewhere = null, LogFormat format = LogFormat.Text)
{
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _clientErrors = [];
    private Action<string>? _display;

    /// <summary>Whether stderr takes colours and a moving display.</summary>
    public ConsoleStyle Style => style;

    /// <summary>The restore that lines are about which name no other one; null while there is none. Only programs are told.</summary>
    public string? Job { get; set; }

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
    public void Message(string text) => Write(new LogLine(LineLevel.Info, text));

    /// <summary>What a job of a service says: its state always, the rest for <c>-v</c>; to programs also what a person should look at.</summary>
    public void OfJob(string job, LogLine line, bool isState = false)
    {
        if (isState || verbosity >= 1 || (format == LogFormat.Json && line.Level != LineLevel.Info))
        {
            Write(format == LogFormat.Json ? line with { Job = job } : new LogLine(LineLevel.Info, $"{(isState ? "" : $"{Now()} ")}{job}: {line.Text}"));
        }
    }

    /// <summary>A partition has ended: to programs always, to persons, who see it in the progress, for <c>-v</c>; to whoever watches a job only what they should look at.</summary>
    public void OfLane(string lane, LogLine line)
    {
        if (elsewhere is not null)
        {
            if (line.Level != LineLevel.Info)
            {
                Write(line with { Lane = lane, Text = $"{lane}: {line.Text}" });
            }
        }
        else if (format == LogFormat.Json)
        {
            Write(line with { Lane = lane });
        }
        else
        {
            Info($"{lane}: {line.Text}");
        }
    }

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
    public void Warning(string text) => Write(new LogLine(LineLevel.Warning, text));

    /// <summary>A failure.</summary>
    public void Error(string text) => Write(new LogLine(LineLevel.Error, text));

    /// <summary>A line for <c>-v</c>.</summary>
    public void Info(string text)
    {
        if (verbosity >= 1)
        {
            Write(new LogLine(LineLevel.Info, format == LogFormat.Json ? text : $"{Now()} {text}"));
        }
    }

    /// <summary>A failure that a person can act on; its causes for <c>-v</c>, never a stack trace.</summary>
    public void Failure(RestoreException failure)
    {
        List<string> causes = [];
        for (var cause = failure.InnerException; verbosity >= 1 && cause is not null; cause = cause.InnerException)
        {
            causes.Add($"{cause.GetType().Name}: {cause.Message}");
        }

        Write(new LogLine(LineLevel.Error, failure.Describe()) { Failure = failure, Causes = causes });
    }

    /// <summary>A failure that nobody foresaw: one line, and the stack for <c>-v</c>.</summary>
    public void Defect(Exception defect)
    {
        var failure = new RestoreException(ErrorCodes.Internal, $"{defect.GetType().Name}: {defect.Message}");
        Write(new LogLine(LineLevel.Error, failure.Describe()) { Failure = failure, Causes = format == LogFormat.Json && verbosity >= 1 ? [defect.ToString()] : [] });
        if (verbosity >= 1 && format == LogFormat.Text)
        {
            Write(new LogLine(LineLevel.Info, defect.ToString()));
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
            var said = $"{line.Facility}: {line.Message}";
            Write(format == LogFormat.Json
                ? new LogLine(line.Level == ClientLogLevel.Error ? LineLevel.Warning : LineLevel.Info, said) { Source = "kafka client" }
                : new LogLine(LineLevel.Info, $"{Now()} kafka client: {said}"));
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

    private void Write(LogLine line)
    {
        if (elsewhere is not null)
        {
            elsewhere(line with { Text = Printable.Text(line.Text) });
            return;
        }

        if (format == LogFormat.Json)
        {
            WriteRaw(JsonLogLine.Of(line with { Job = line.Job ?? Job }, TimeProvider.System.GetUtcNow()) + "\n");
            return;
        }

        WriteText(line.Level, line.Text);
        foreach (var cause in line.Causes)
        {
            WriteText(LineLevel.Info, $"  caused by {cause}");
        }
    }

    private void WriteText(LineLevel level, string text)
    {
        text = Printable.Text(text);
        text = level switch
        {
            LineLevel.Warning => $"{style.OnError("warning", Colour.Yellow)}: {text}",
            LineLevel.Error => style.OnError(text, Colour.Red),
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
