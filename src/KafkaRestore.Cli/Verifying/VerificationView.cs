using KafkaRestore.Engine.Verification;

namespace KafkaRestore.Cli.Verifying;

/// <summary>A running comparison on one line. For one thread, which calls it at regular times.</summary>
internal sealed class VerificationView(VerificationProgress progress, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);
    private readonly RateWindow _rate = new(Window, time);

    /// <summary>How far it is.</summary>
    public string Status()
    {
        _rate.Add(progress.Found, progress.Bytes);
        var ended = progress.Lanes.Count(lane => lane.State is not (LaneVerificationState.Waiting or LaneVerificationState.Running));
        var bad = progress.Lanes.Count(lane => lane.State is LaneVerificationState.Different or LaneVerificationState.Failed);
        return $"{Show.Count(progress.Found, "record")} of the target read, {Show.Count(ended)} of {Show.Count(progress.Lanes.Count, "partition")}" +
            $"{(bad == 0 ? "" : $", {Show.Count(bad)} of them not equal")}  {Show.Count((long)_rate.Records)} records/s  {Show.Size(_rate.Bytes)}/s  {Show.Duration(progress.Elapsed)}";
    }
}
