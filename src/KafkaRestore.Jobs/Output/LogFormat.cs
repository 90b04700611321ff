namespace KafkaRestore.Jobs.Output;

/// <summary>How stderr is written.</summary>
internal enum LogFormat
{
    /// <summary>For a person.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,
}
