using KafkaRestore.Kafka.Wire.Calls;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Groups;

/// <content>Which groups there are, what they do and who reads in them.</content>
internal sealed partial class WireConsumerGroups
{
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
        try
        {
            // Each question knows some kinds of groups, and says of the others that they do not exist.
            var left = Take(GroupKind.Classic, await Calls().DescribeClassicAsync(Unique(groups), _options.RequestDeadline, cancellationToken).ConfigureAwait(false), described);
            left = Take(GroupKind.Consumer, await Calls().DescribeConsumerAsync(left, _options.RequestDeadline, cancellationToken).ConfigureAwait(false), described);
            foreach (var question in await Calls().FindInListsAsync(left, _options.RequestDeadline, cancellationToken).ConfigureAwait(false))
            {
                described.Add(question.Subject, Other(question));
            }
        }
        catch (WireException failure)
        {
            throw Whole(failure, "describing consumer groups");
        }

        return [.. groups.Select(group => described[group])];
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
