using KafkaRestore.Kafka.Probing;
using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Groups;

/// <content>Which groups there are, what they do and who reads in them.</content>
internal sealed partial class WireConsumerGroups
{
    private const int RoundsForNewGroups = 3;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ListedGroup>> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            var listed = await Calls().ListAsync(_options.RequestDeadline, cancellationToken).ConfigureAwait(false);
            return
            [
                .. listed.Select(static entry => new ListedGroup(entry.Group, GroupWords.Kind(entry.Type), GroupWords.State(entry.State)))
                    .OrderBy(static group => group.Group, StringComparer.Ordinal),
            ];
        }
        catch (WireException failure)
        {
            throw Whole(failure, "listing consumer groups");
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<GroupDescription>> DescribeAsync(IReadOnlyCollection<string> groups, CancellationToken cancellationToken)
    {
        var described = new Dictionary<string, GroupDescription>(groups.Count, StringComparer.Ordinal);
        var rights = new Dictionary<string, bool?>(groups.Count, StringComparer.Ordinal);
        try
        {
            var open = Unique(groups);
            for (var round = 0; open.Count > 0; round++)
            {
                open = await DescribeRoundAsync(open, isLast: round == RoundsForNewGroups, described, rights, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (WireException failure)
        {
            throw Whole(failure, "describing consumer groups");
        }

        return [.. groups.Select(group => described[group] with { MayCommit = rights[group] })];
    }

    /// <summary>Asks each kind of question once. Each knows some kinds of groups, and says of the others that they do not exist.</summary>
    /// <returns>Groups that came to exist between two questions, and that the first ones know now.</returns>
    private async Task<IReadOnlyCollection<string>> DescribeRoundAsync(
        IReadOnlyCollection<string> groups, bool isLast, Dictionary<string, GroupDescription> described, Dictionary<string, bool?> rights, CancellationToken cancellationToken)
    {
        var classic = await Calls().DescribeClassicAsync(groups, _options.RequestDeadline, cancellationToken).ConfigureAwait(false);
        foreach (var question in classic)
        {
            rights[question.Subject] = question.Answer?.Rights is { } known ? known.HasFlag(TargetRights.Read) : null;
        }

        var left = Take(GroupKind.Classic, classic, described);
        left = Take(GroupKind.Consumer, await Calls().DescribeConsumerAsync(left, _options.RequestDeadline, cancellationToken).ConfigureAwait(false), described);
        var born = new List<string>();
        foreach (var question in await Calls().FindInListsAsync(left, _options.RequestDeadline, cancellationToken).ConfigureAwait(false))
        {
            var other = Other(question);
            if (!isLast && other is { Error: null, State: not GroupState.Dead, Kind: GroupKind.Classic or GroupKind.Consumer })
            {
                born.Add(question.Subject);
            }
            else
            {
                described.Add(question.Subject, other);
            }
        }

        return born;
    }

    private static List<string> Take(GroupKind kind, IReadOnlyList<Question<string, DescribedGroupEntry>> questions, Dictionary<string, GroupDescription> described)
    {
        var left = new List<string>();
        foreach (var question in questions)
        {
            if (question.Error == ErrorCode.GroupIdNotFound || question is { Error: ErrorCode.NoError, Answer.State: "Dead" })
            {
                left.Add(question.Subject);
            }
            else
            {
                described.Add(question.Subject, question is { Error: ErrorCode.NoError, Answer: { } answer }
                    ? new GroupDescription(question.Subject, kind, GroupWords.State(answer.State), [.. answer.Members.Select(static member => new GroupMember(member.MemberId, member.ClientId, member.Host))])
                    : Unknown(question.Subject, question.Error, question.Failure));
            }
        }

        return left;
    }

    private static GroupDescription Other(Question<string, GroupInList> question) => question switch
    {
        { Error: not ErrorCode.NoError } or { Answer: null } => Unknown(question.Subject, question.Error, question.Failure),
        { Answer.Entry: { } entry } => new GroupDescription(entry.Group, GroupWords.Kind(entry.Type), GroupWords.State(entry.State), []),
        _ => new GroupDescription(question.Subject, GroupKind.Classic, GroupState.Dead, []),
    };

    private static GroupDescription Unknown(string group, ErrorCode error, WireException? failure) =>
        new(group, GroupKind.Unknown, GroupState.Unknown, [], GroupFailures.Of(error, GroupAction.Describe, group, failure: failure));

    private static IReadOnlyCollection<string> Unique(IReadOnlyCollection<string> groups) => [.. groups.Distinct(StringComparer.Ordinal)];

    private GroupCalls Calls() => new(_cluster, _coordinators, _time);
}
