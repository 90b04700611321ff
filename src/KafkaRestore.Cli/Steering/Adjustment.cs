using KafkaRestore.Engine.Steering;

namespace KafkaRestore.Cli.Steering;

/// <summary>The result of <c>adjust</c>.</summary>
/// <param name="JobId">The job.</param>
/// <param name="ProcessId">The process that runs it.</param>
/// <param name="RunningSince">When that took the job, epoch milliseconds.</param>
/// <param name="Changed">Whether anything was changed.</param>
/// <param name="Before">The limits that held; the same as <paramref name="Limits"/> where nothing was changed.</param>
/// <param name="Limits">The limits that hold.</param>
internal sealed record Adjustment(string JobId, int ProcessId, long RunningSince, bool Changed, RunLimits Before, RunLimits Limits);
