using Confluent.Kafka;

namespace KafkaRestore.Kafka.Client;

/// <summary>One line that librdkafka would like to say; it goes to the program's log and never to stderr by itself.</summary>
/// <param name="Level">How serious.</param>
/// <param name="Client">Which client instance.</param>
/// <param name="Facility">Its kind, by librdkafka's word, e.g. <c>FAIL</c>.</param>
/// <param name="Message">The text.</param>
public readonly record struct ClientLogLine(ClientLogLevel Level, string Client, string Facility, string Message)
{
    internal static ClientLogLine From(LogMessage message) =>
        new(LevelOf(message), message.Name, message.Facility, message.Message);

    // Every instance warns about properties that the other kind of instance uses: of no use to an operator.
    private static ClientLogLevel LevelOf(LogMessage message) => message switch
    {
        { Facility: "CONFWARN" } => ClientLogLevel.Debug,
        { Level: <= SyslogLevel.Error } => ClientLogLevel.Error,
        { Level: SyslogLevel.Warning } => ClientLogLevel.Warning,
        { Level: SyslogLevel.Notice or SyslogLevel.Info } => ClientLogLevel.Information,
        _ => ClientLogLevel.Debug,
    };
}

/// <summary>How serious a line of the client is.</summary>
public enum ClientLogLevel
{
    /// <summary>For developers.</summary>
    Debug,

    /// <summary>Normal events.</summary>
    Information,

    /// <summary>Something is odd and may pass.</summary>
    Warning,

    /// <summary>Something failed; the client usually tries again by itself.</summary>
    Error,
}
