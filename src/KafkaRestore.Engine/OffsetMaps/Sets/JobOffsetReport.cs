using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.State;

namespace KafkaRestore.Engine.OffsetMaps.Sets;

/// <summary>Writes the offset report of a job from its durable maps: every run of the job is in it, not only the last.</summary>
public static class JobOffsetReport
{
    /// <summary>Writes the report, as a whole or not at all. A job that has mapped no record leaves a file that is there as it is.</summary>
    /// <param name="location">The job's state.</param>
    /// <param name="path">The file.</param>
    /// <param name="format">Its form.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the writing; the old file is still there then.</param>
    /// <returns>Number of maps in it; null when the file was left as it is.</returns>
    /// <exception cref="Records.Errors.RestoreException">OUTPUT_NOT_WRITTEN; or the state cannot be read, see <see cref="JobMaps.Read"/>. The old file is still there.</exception>
    public static async Task<int?> WriteAsync(JobLocation location, string path, OffsetReportFormat format, TimeProvider time, CancellationToken cancellationToken)
    {
        using var maps = JobMaps.Read(location);
        if (maps.IsEmpty && File.Exists(path))
        {
            return null;
        }

        var reported = maps.Report();
        await OffsetReportWriter.WriteAsync(path, format, maps.Summarise(time.GetUtcNow().ToUnixTimeMilliseconds()), reported, cancellationToken).ConfigureAwait(false);
        return reported.Count;
    }
}
