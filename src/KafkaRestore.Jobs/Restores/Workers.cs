using KafkaRestore.Engine.Running;
using KafkaRestore.Kafka.Groups;
using KafkaRestore.Offsets.Restoring;

namespace KafkaRestore.Jobs.Restores;

/// <summary>Who carries the work of a job out; what is null this process does itself.</summary>
/// <param name="Lanes">Carries lanes out.</param>
/// <param name="Groups">Commits offsets of consumer groups at the target; the last value hears of it in words.</param>
internal sealed record Workers(Func<LaneRun, ILaneExecution>? Lanes = null, Func<GroupsPlace, IConsumerGroups, Action<string>, IGroupCommits>? Groups = null);
