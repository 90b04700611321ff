namespace KafkaRestore.Chaos.Tests.Kills;

/// <summary>What kills have hit so far.</summary>
/// <param name="Jobs">Restores brought to their end.</param>
/// <param name="Kills">Runs that were killed.</param>
/// <param name="Hits">Of these: runs in which a lane was at work, by its checkpoint.</param>
/// <param name="Records">Records judged.</param>
/// <param name="Recognised">Of these: found in the target by the last run of a job, written and not noted by one before.</param>
internal readonly record struct KillTally(int Jobs, int Kills, int Hits, long Records, long Recognised)
{
    public override string ToString() => $"{Jobs} jobs, {Kills} kills, {Hits} of them with a lane at work; {Records} records exact, {Recognised} recognised by last runs";
}
