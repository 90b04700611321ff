using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.State;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Indexing;

/// <summary>Where a job with a time window finds the time index: below the directory of states, with <c>restore.checkpoint_state</c> too.</summary>
internal static class TimeIndexPlace
{
    /// <summary>The options with that directory; a job without a window is left as it is, and where no directory is to be had, no index is used.</summary>
    /// <param name="options">The job.</param>
    /// <param name="directory">What the command line names (<c>--state-dir</c>); null for the platform's.</param>
    /// <param name="log">Is told why no index is used.</param>
    public static RestoreOptions Apply(RestoreOptions options, string? directory, ConsoleLog log)
    {
        if (!IsUsedBy(options))
        {
            return options;
        }

        try
        {
            return options with { Execution = options.Execution with { TimeIndexDirectory = StateDirectory.Find(directory) } };
        }
        catch (RestoreException nowhere)
        {
            log.Message($"no time index is used, so every selected segment is read: {nowhere.Message}");
            return options;
        }
    }

    /// <summary>Whether a job has a time window, and so a use for the index.</summary>
    public static bool IsUsedBy(RestoreOptions options) => options.Selection is not { TimeWindowStart: null, TimeWindowEnd: null };
}
