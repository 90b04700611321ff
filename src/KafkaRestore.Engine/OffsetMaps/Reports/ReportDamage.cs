using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.OffsetMaps.Reports;

/// <summary>Something in a report is not as it must be; <see cref="OffsetReportReader"/> adds the file and shows it as STATE_CORRUPT.</summary>
/// <param name="what">What it is, without a final full stop.</param>
/// <param name="place">Where in the file.</param>
/// <param name="inner">The cause.</param>
internal sealed class ReportDamage(string what, string place, Exception? inner = null) : Exception(what, inner)
{
    private const string Hint = "Give an offset report of kafka-backup or of this program, whole and unchanged.";

    /// <summary>The failure for a person.</summary>
    public RestoreException In(string file) => new(ErrorCodes.StateCorrupt, $"the offset report cannot be read: {Message}", $"{file}, {place}", Hint, this);
}
