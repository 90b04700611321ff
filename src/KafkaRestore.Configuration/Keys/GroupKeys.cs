using KafkaRestore.Configuration.Values;
using KafkaRestore.Offsets.Restoring;
using static KafkaRestore.Configuration.Keys.KeyFactory;

namespace KafkaRestore.Configuration.Keys;

/// <summary>The keys of the section <c>restore</c> that are about consumer groups.</summary>
internal static class GroupKeys
{
    public static IReadOnlyList<ConfigurationKey> All { get; } =
    [
        Better<(bool Headers, GroupStrategy Strategy)>(
            "restore.consumer_group_strategy",
            new ChoiceReader<(bool, GroupStrategy)>(
                ("skip", (false, GroupStrategy.Map)),
                ("header-based", (true, GroupStrategy.Map)),
                ("timestamp-based", (false, GroupStrategy.TimestampBased)),
                ("cluster-scan", (false, GroupStrategy.ClusterScan)),
                ("manual", (false, GroupStrategy.Manual))),
            "skip",
            "How offsets of consumer groups are translated. `skip` and `header-based`: by the offset map of this restore, exactly; `header-based` also adds the headers of include_original_offset_header. `timestamp-based`: by the times of records. `cluster-scan`: by a map made from the target afterwards. `manual`: plan and script are written, nothing is committed.",
            "each does what its name says (docs/consumer-groups.md)",
            (draft, value) =>
            {
                draft.Headers = draft.Headers with { Add = draft.Headers.Add || value.Headers };
                draft.Groups = draft.Groups with { Strategy = value.Strategy };
            }),
        Better(
            "restore.reset_consumer_offsets",
            new BooleanReader(),
            Text(false),
            "Whether the groups of consumer_groups are set to the first record that they have not read.",
            "from the archive's snapshot of the groups, read back and compared; a group that is not there refuses the run",
            (draft, value) => draft.Groups = draft.Groups with { Reset = value }),
        Better(
            "restore.consumer_groups",
            new ListReader<string>(new TextValueReader(check: Checks.NamePattern), "list of groups"),
            "none",
            "The groups that are reset.",
            "also globs, and ~ with a regular expression",
            (draft, value) => draft.Groups = draft.Groups with { Groups = value }),
        Better(
            "restore.auto_consumer_groups",
            new BooleanReader(),
            Text(false),
            "Whether every group of the archive's snapshot is reset.",
            "those of consumer_groups as well",
            (draft, value) => draft.Groups = draft.Groups with { All = value }),
        Own(
            "restore.consumer_groups_from",
            new TextValueReader("path or URL"),
            "the archive's consumer-groups-snapshot.json",
            "Where the groups' source offsets are: a snapshot, an export of `kafka-restore offsets export` or kmap, the text of kafka-consumer-groups.sh --describe, or a live cluster (`kafka://host:port`).",
            (draft, value) => draft.Groups = draft.Groups with { OffsetsFrom = value }),
        Own(
            "restore.reset_when",
            new ChoiceReader<ResetTime>(("group_done", ResetTime.GroupDone), ("all_done", ResetTime.AllDone)),
            "group_done",
            "When a group is reset: as soon as everything that it reads is restored, or when everything is.",
            (draft, value) => draft.Groups = draft.Groups with { When = value }),
        Own(
            "restore.wait_for_empty_groups",
            new DurationReader(TimeSpan.Zero, TimeSpan.FromDays(1)),
            "0ms",
            "How long is waited for a group's members to leave before it is reset; without it a group with members refuses the run.",
            (draft, value) => draft.Groups = draft.Groups with { WaitForEmpty = value }),
        Own(
            "restore.group_plan_folder",
            new TextValueReader("path"),
            "none; with `manual` the job's folder",
            "The folder that the plan of the consumer groups and a script that carries it out are written to.",
            (draft, value) => draft.Groups = draft.Groups with { PlanFolder = value }),
    ];
}
