using KafkaRestore.Api;
using KafkaRestore.Api.Contracts;
using KafkaRestore.Configuration;
using KafkaRestore.Configuration.Expansion;
using KafkaRestore.Offsets.Restoring;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Jobs.Serving;

/// <summary>
/// Reads configurations that others have submitted. What they may name of this machine is bounded: variables of a prefix, secrets below a folder, and no file that the service would write.
/// </summary>
/// <param name="variablePrefix">How the names of variables begin that may be named.</param>
/// <param name="secretsFolder">Where files lie that may be named; null: none may.</param>
internal sealed class ServedConfiguration(string variablePrefix, string? secretsFolder) : IExpansionSource
{
    private const string Name = "the submitted configuration";

    private readonly EnvironmentExpansionSource _machine = new();
    private readonly string? _folder = secretsFolder is null ? null : Path.TrimEndingDirectorySeparator(Path.GetFullPath(secretsFolder)) + Path.DirectorySeparatorChar;

    /// <summary>Reads one.</summary>
    /// <exception cref="SubmissionRefused">It is wrong, or asks for what a service does not do.</exception>
    public RestoreConfiguration Read(string document)
    {
        var result = new ConfigurationReader(this, secretsByReference: true).Read(document, Name);
        if (result.Value is not { } configuration)
        {
            throw Refuse([.. result.Problems.Select(static problem => new FindingInfo("error", problem.Code.Word, problem.What, Place(problem), problem.Hint ?? problem.Code.Remedy))], result.FurtherProblems);
        }

        var foreign = KeysOfOnePlace(configuration).ToList();
        return foreign.Count == 0 ? configuration : throw Refuse([.. foreign], 0);
    }

    /// <inheritdoc/>
    public string? Variable(string name) => name.StartsWith(variablePrefix, StringComparison.Ordinal) ? _machine.Variable(name) : null;

    /// <inheritdoc/>
    public string ReadFile(string path)
    {
        return IsSecretFile(path)
            ? _machine.ReadFile(Path.GetFullPath(path))
            : throw new UnauthorizedAccessException(_folder is null ? "this service lets no file be named (--secrets)" : $"this service lets only files below {_folder} be named");
    }

    private bool IsSecretFile(string path) => _folder is not null && Path.GetFullPath(path).StartsWith(_folder, StringComparison.Ordinal);

    /// <summary>What a service decides for itself, because it stands on another machine than who submits, and may read there what they may not.</summary>
    private IEnumerable<FindingInfo> KeysOfOnePlace(RestoreConfiguration configuration)
    {
        if (configuration.Options.DryRun)
        {
            yield return Refused("restore.dry_run", "a submitted job restores", "Check a configuration with `kafka-restore validate-restore`, or leave the key out.");
        }

        if (configuration.ReportPath is not null)
        {
            yield return Refused("restore.report", "the service keeps the report", "Get it with `kafka-restore report JOB`.");
        }

        if (configuration.Metrics is { Enabled: true })
        {
            yield return Refused("metrics.enabled", "the service serves the numbers of its jobs itself, at /metrics", "Leave the section out, or set metrics.enabled: false.");
        }

        if (configuration.OffsetReportPath is not null)
        {
            yield return Refused("restore.offset_report", "the service writes no file of a submitter's choice", "Leave the key out.");
        }

        if (configuration.Options.State?.CheckpointFile is not null)
        {
            yield return Refused("restore.checkpoint_state", "the service keeps the state of its jobs itself", "Leave the key out.");
        }

        if (configuration.Groups.PlanFolder is not null)
        {
            yield return Refused("restore.group_plan_folder", "the service writes no file of a submitter's choice", "Leave the key out.");
        }

        if (configuration.Groups.Strategy == GroupStrategy.Manual)
        {
            yield return Refused("restore.consumer_group_strategy", "the service commits, and hands out no plan", "Leave the key out, or make a plan with `kafka-restore offset-reset plan`.");
        }

        if (configuration.Options.Execution.SpoolDirectory is not null)
        {
            yield return Refused("restore.spool_directory", "the service writes no file of a submitter's choice", "Leave the key out; the service's own temporary directory is used (TMPDIR).");
        }

        if (configuration.Groups.OffsetsFrom is { } named && (!named.StartsWith("kafka://", StringComparison.Ordinal) || named.Contains('?', StringComparison.Ordinal)))
        {
            yield return Refused("restore.consumer_groups_from", "the service reads no file of a submitter's choice", "Leave the key out for the archive's own snapshot, or name kafka://target.");
        }

        foreach (var name in configuration.Options.Target.ClientProperties.Keys.Where(static name => Array.Exists(s_ofThisMachine, end => name.EndsWith(end, StringComparison.Ordinal))))
        {
            yield return Refused($"target.client.{name}", "a service takes no client property that names a file, a library, a command or a secret", "Use the keys of target.security.");
        }

        // Its content goes to brokers of the submitter's choice.
        if (configuration.Options.Target.Security.OAuthBearer.TokenFile is { } token && !IsSecretFile(token))
        {
            yield return Refused("target.security.sasl_oauthbearer_token_file", "it lies outside of what this service lets be named (--secrets)", "Name a file below that folder.");
        }
    }

    // Files, libraries and commands of the service's machine, and secrets that would be kept: by the ends of the client library's names for them.
    private static readonly string[] s_ofThisMachine = [".location", ".paths", ".cmd", ".providers", ".engine.id", ".stores", ".password", ".secret", ".pem", ".oauthbearer.config"];

    private static FindingInfo Refused(string key, string what, string hint) => new("error", ErrorCodes.ConfigNotSupported.Word, what, key, hint);

    private static string? Place(ConfigurationProblem problem) => (problem.Line, problem.Path) switch
    {
        (0, "") => null,
        (0, var path) => path,
        (var line, "") => $"line {line}",
        var (line, path) => $"{path}, line {line}",
    };

    private static SubmissionRefused Refuse(IReadOnlyList<FindingInfo> findings, int more) => new(
        new RestoreException(ErrorCodes.ConfigInvalid, $"{findings.Count + more} problem(s) in the configuration", Name, "Correct what is listed; nothing was started."), findings);
}
