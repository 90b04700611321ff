using KafkaRestore.Configuration;
using KafkaRestore.Engine.OffsetMaps.Reports;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Engine.State;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Jobs.Restores;

/// <summary>The offset report that a restore leaves (<c>restore.offset_report</c>).</summary>
internal sealed class OffsetReportFile
{
    private readonly string _path;
    private readonly OffsetReportFormat _format;

    private OffsetReportFile(string path, OffsetReportFormat format)
    {
        _path = path;
        _format = format;
    }

    /// <summary>The file that a configuration names; null when it names none.</summary>
    /// <exception cref="RestoreException">CONFIG_INVALID: its directory cannot be made, or it is one. Better known before hours of work than after.</exception>
    public static OffsetReportFile? Of(RestoreConfiguration configuration)
    {
        if (configuration.OffsetReportPath is not { } path)
        {
            return null;
        }

        try
        {
            // As the state's directory is made: the guides put both into one that nothing else makes.
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RestoreException(ErrorCodes.ConfigInvalid, $"the directory of the offset report cannot be made: {failure.Message}", "restore.offset_report", "Name another one.", failure);
        }

        _ = new ReportFile(path);
        return new OffsetReportFile(path, configuration.OffsetReportFormat ?? OffsetReportFormats.Of(path));
    }

    /// <summary>Writes all that the job has mapped, however this run ended. Says what went wrong.</summary>
    /// <returns>Done, or Partial when the report could not be written.</returns>
    public async Task<ExitCode> WriteAsync(JobLocation job, JobContext context)
    {
        try
        {
            // Not stopped by the first Ctrl-C: a run that was stopped leaves its report too.
            var maps = await JobOffsetReport.WriteAsync(job, _path, _format, context.Time, CancellationToken.None).ConfigureAwait(false);
            context.Log.Message(maps is { } count
                ? $"offset report: {Show.Count(count, "map")} written to {_path}"
                : $"offset report: nothing is restored yet, so {_path} was left as it is");
            return ExitCode.Done;
        }
        catch (RestoreException failure)
        {
            // Whatever the failure's own exit code says of a command, the records of this one are restored.
            context.Log.Failure(failure);
            return ExitCode.Partial;
        }
    }
}
