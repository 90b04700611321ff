namespace KafkaRestore.Api.Contracts;

/// <summary>Something that happened to a job.</summary>
/// <param name="Number">Rises with every event of a service, also over its restarts; progress bears the number of the event before it.</param>
/// <param name="Time">When.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Level">For <see cref="JobEventKind.Message"/>: <c>info</c>, <c>warning</c> or <c>error</c>; null else.</param>
/// <param name="Text">For <see cref="JobEventKind.Message"/>: a line for a person; null else.</param>
/// <param name="Job">The job as it stands; null for a message.</param>
public sealed record JobEvent(long Number, DateTimeOffset Time, JobEventKind Kind, string? Level = null, string? Text = null, JobInfo? Job = null);

/// <summary>Kinds of events.</summary>
public enum JobEventKind
{
    /// <summary>The job's state has changed.</summary>
    State,

    /// <summary>It has come farther; once a second at the most, and never repeated to who was away.</summary>
    Progress,

    /// <summary>It says something.</summary>
    Message,
}
