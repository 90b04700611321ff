namespace KafkaRestore.Metrics.Following;

/// <summary>A job's numbers at one moment.</summary>
/// <param name="Labels">Whose they are.</param>
/// <param name="Counts">What grows.</param>
/// <param name="Lanes">How the lanes stand, or ended.</param>
/// <param name="Run">How far the whole is, or came; null where only lanes are followed.</param>
internal sealed record JobPicture(RunLabels Labels, RunCounts Counts, LaneGauges Lanes, RunGauges? Run);
