using Microsoft.Extensions.Logging;

namespace KafkaRestore.Jobs.Serving;

/// <summary>What the web server says, in the program's own log.</summary>
internal sealed class ConsoleLogging(ConsoleLog log) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            log.Warning(formatter(state, exception));
            if (exception is not null)
            {
                log.Defect(exception);
            }
        }
    }

    public void Dispose()
    {
    }
}
