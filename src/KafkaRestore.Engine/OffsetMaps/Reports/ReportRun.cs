namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>Runs as reports give them, which may be anything.</summary>
internal static class ReportRun
{
    /// <summary>The run.</summary>
    /// <exception cref="FormatException">It has no records, or offsets that do not exist.</exception>
    public static OffsetRun Checked(long source, long target, long length) =>
        source >= 0 && target >= 0 && length >= 1 && length <= long.MaxValue - Math.Max(source, target)
            ? new OffsetRun(source, target, length)
            : throw new FormatException($"a run of {length} from source offset {source} to target offset {target} cannot be");
}
