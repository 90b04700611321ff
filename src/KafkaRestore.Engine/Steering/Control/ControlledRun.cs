using KafkaRestore.Engine.State;

namespace KafkaRestore.Engine.Steering.Control;

/// <summary>Which run of a job is meant: a process and when it took the job. A request for another one is not this one's.</summary>
/// <param name="ProcessId">The process.</param>
/// <param name="Since">When it took the job, epoch milliseconds by its machine's clock.</param>
internal sealed record ControlledRun(int ProcessId, long Since)
{
    public static ControlledRun Of(LockHolder holder) => new(holder.ProcessId, holder.Since);
}
