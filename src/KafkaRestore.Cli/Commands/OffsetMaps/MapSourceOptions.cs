using System.CommandLine;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Restores;
using KafkaRestore.Engine.OffsetMaps.Sets;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Commands.OffsetMaps;

/// <summary>The options that say where maps come from: the state of a restore, or an offset report.</summary>
internal sealed class MapSourceOptions
{
    private readonly Option<string> _from = new("--from")
    {
        HelpName = "FILE",
        Description = "An offset report of any form, of this program or of kafka-backup, instead of a state.",
    };

    private readonly JobStateOptions _job;

    public MapSourceOptions() => _job = new JobStateOptions(_from);

    public static string Synopsis => "--config|--state|--from FILE";

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command) => _job.AddTo(command);

    /// <summary>Reads the maps; dispose them.</summary>
    /// <exception cref="RestoreException">There are none, or they cannot be read.</exception>
    public async Task<OffsetMapSet> ReadAsync(ParseResult arguments, CommandContext context, CancellationToken stop)
    {
        if (arguments.GetValue(_from) is not { } file)
        {
            return JobMaps.Read(await _job.FindAsync(arguments, context, stop).ConfigureAwait(false));
        }

        var report = await ReportMaps.ReadAsync(file, stop).ConfigureAwait(false);
        foreach (var contradiction in report.Contradictions)
        {
            context.Log.Warning(contradiction);
        }

        return report.Set;
    }
}
