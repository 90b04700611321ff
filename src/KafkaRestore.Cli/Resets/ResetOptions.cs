using System.CommandLine;
using KafkaRestore.Cli.Groups;
using KafkaRestore.Cli.Invocation;
using KafkaRestore.Cli.Restores;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Resets;

/// <summary>The options that say which groups are reset, from what, and how offsets are translated.</summary>
/// <param name="plan">An option that names a finished plan, with which nothing of this is needed; null for none.</param>
internal sealed class ResetOptions(Option<string>? plan = null)
{
    private static readonly string[] Strategies = ["map", "header-based", "timestamp-based", "cluster-scan"];

    private readonly Option<string> _path = new("--path", "-p")
    {
        HelpName = "PATH",
        Description = "Where the archives are: a directory, or s3://bucket/prefix?region=…&endpoint=…&path_style=true with the keys from the environment.",
    };

    private readonly Option<string> _backupId = new("--backup-id", "-b") { HelpName = "ID", Description = "The archive's id." };
    private readonly Option<string> _state = new("--state") { HelpName = "FILE", Description = "The state of the restore whose map is used: restore.checkpoint_state, or job.json in the job's folder." };
    private readonly Option<string> _stateDirectory = JobOptions.StateDirectoryOption();
    private readonly Option<string> _from = new("--from") { HelpName = "FILE", Description = "An offset report of any form, of this program or of kafka-backup, whose map is used." };

    private readonly Option<string> _offsetsFrom = new("--offsets-from")
    {
        HelpName = "FILE|URL",
        Description = "Where the groups' source offsets are: a file of `offsets export` or kmap, a snapshot, the text of kafka-consumer-groups.sh --describe; or a live cluster, kafka://host:port. Default: the archive's snapshot.",
    };

    private readonly Option<string> _strategy = new("--strategy")
    {
        HelpName = "STRATEGY",
        Description = "How offsets are translated: map (default), header-based, timestamp-based or cluster-scan.",
    };

    /// <summary>The options that name the target.</summary>
    public ClusterOptions Cluster { get; } = new();

    /// <summary>The options that name groups.</summary>
    public GroupOptions Groups { get; } = new(required: plan is null);

    /// <summary>What the strategies and the search for a map are, for the help.</summary>
    public static IReadOnlyList<string> Notes =>
    [
        "The map: of --state or --from; else of the restore of --config; else of the last restore of the archive into this cluster whose state is on this machine; else of offset-mapping.json or " +
        "restore-report.json in the archive. --strategy header-based and cluster-scan make it from the target, timestamp-based needs none (docs/consumer-groups.md).",
        ClusterOptions.Note,
    ];

    /// <summary>Gives a command these options.</summary>
    public void AddTo(Command command)
    {
        Cluster.Config.Description = "The restore's configuration file: its target, archive, names and map are used instead of --bootstrap-servers, --path and --backup-id.";
        command.Add(_path);
        command.Add(_backupId);
        Groups.AddTo(command);
        Cluster.AddTo(command);
        command.Add(_state);
        command.Add(_stateDirectory);
        command.Add(_from);
        command.Add(_offsetsFrom);
        command.Add(_strategy);
        _strategy.AcceptOnlyFromAmong(Strategies);
        command.Validators.Add(result =>
        {
            if (plan is not null && result.GetResult(plan) is not null)
            {
                if (((Option[])[_path, _backupId, _state, _from, _offsetsFrom, _strategy]).FirstOrDefault(option => result.GetResult(option) is not null) is { } needless)
                {
                    result.AddError($"{plan.Name} says everything already; leave {needless.Name} out");
                }

                return;
            }

            var config = result.GetResult(Cluster.Config) is not null;
            var archive = result.GetResult(_path) is not null && result.GetResult(_backupId) is not null;
            if (plan is not null && !Groups.AreNamed(result))
            {
                result.AddError($"--groups is needed, or --groups-file; '*' means every group; or {plan.Name}");
            }
            else if (config && (result.GetResult(_path) ?? result.GetResult(_backupId)) is not null)
            {
                result.AddError("--config already says where the archive is; leave --path and --backup-id out");
            }
            else if (!config && !archive && (result.GetResult(_path) ?? result.GetResult(_backupId)) is not null)
            {
                result.AddError("--path and --backup-id go together");
            }
            else if (!config && !archive && (result.GetResult(_offsetsFrom) is null || (result.GetResult(_state) ?? result.GetResult(_from)) is null))
            {
                result.AddError("--path and --backup-id are needed, or --config; or --offsets-from with --state or --from");
            }
            else if (result.GetResult(_state) is not null && result.GetResult(_from) is not null)
            {
                result.AddError("--state and --from both name a map; leave one of them out");
            }
            else if ((result.GetResult(_state) ?? result.GetResult(_from)) is not null && result.GetResult(_strategy) is not null)
            {
                result.AddError("--state and --from name a map, and --strategy says to do with another one; leave one of them out");
            }
        });
    }

    /// <summary>What was asked for.</summary>
    /// <exception cref="RestoreException">The configuration, or the list of groups, cannot be read.</exception>
    public ResetRequest Read(ParseResult arguments, CommandContext context) => new()
    {
        Target = Cluster.Read(arguments, context),
        Groups = Groups.Read(arguments),
        Restore = arguments.GetValue(Cluster.Config) is { } file ? ConfigurationOption.Read(file, context.Log).Options : null,
        Path = arguments.GetValue(_path),
        BackupId = arguments.GetValue(_backupId),
        StateFile = arguments.GetValue(_state),
        StateDirectory = arguments.GetValue(_stateDirectory),
        Report = arguments.GetValue(_from),
        OffsetsFrom = arguments.GetValue(_offsetsFrom),
        Strategy = arguments.GetValue(_strategy) ?? "map",
    };
}
