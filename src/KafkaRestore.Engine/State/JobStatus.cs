using System.Text.Json.Serialization;

namespace KafkaRestore.Engine.State;

/// <summary>Where a job stands as a whole.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobStatus>))]
public enum JobStatus
{
    /// <summary>A run is at it, or was killed.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>The last run was stopped on request.</summary>
    [JsonStringEnumMemberName("stopped")]
    Stopped,

    /// <summary>The last run ended, and lanes of it failed.</summary>
    [JsonStringEnumMemberName("partial")]
    Partial,

    /// <summary>Every lane is done.</summary>
    [JsonStringEnumMemberName("done")]
    Done,
}
