using KafkaRestore.Kafka.Client;
using KafkaRestore.Kafka.Wire.Connections;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace KafkaRestore.Kafka.Wire.Calls;

/// <summary>
/// One call about many subjects, each of which has a broker that knows it. Every broker is asked about its own; whatever may have another answer later is asked again, of
/// the broker that is then the right one, until the deadline. A broker that is slow holds up its own subjects only.
/// </summary>
internal sealed class ShardedCall<TSubject, TAnswer>(WireCluster cluster, TimeProvider time)
    where TAnswer : class
{
    // A broker works on one request of a connection at a time: more under way only keep it from waiting for us.
    private const int RequestsInFlight = 16;

    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);

    private bool _isRouted;
    private WireException? _unrouted;

    /// <summary>Says who is to be asked about each subject, in their order.</summary>
    public required Func<IReadOnlyList<TSubject>, CancellationToken, Task<IReadOnlyList<Route>>> Route { get; init; }

    /// <summary>Asks a broker about subjects, and gives an answer for each in their order; null for one that the broker left out.</summary>
    public required Func<BrokerConnection, IReadOnlyList<TSubject>, CancellationToken, Task<IReadOnlyList<TAnswer?>>> Ask { get; init; }

    /// <summary>The error in an answer, NO_ERROR included.</summary>
    public required Func<TAnswer, ErrorCode> ErrorOf { get; init; }

    /// <summary>Whether there may be another answer later.</summary>
    public Func<ErrorCode, bool> MayPass { get; init; } = KafkaErrors.MayPass;

    /// <summary>How many subjects stand in one request, at the most.</summary>
    public int SubjectsPerRequest { get; init; } = 1;

    /// <summary>Whether nothing is changed: what was heard before then counts until there is another answer, and where any broker will do, another one is asked while the first is silent.</summary>
    public bool IsRead { get; init; }

    /// <summary>Asks until every answer is final or the time is up.</summary>
    /// <returns>What was heard, in the subjects' order.</returns>
    /// <exception cref="WireException">Nobody could say who is to be asked.</exception>
    public async Task<IReadOnlyList<Question<TSubject, TAnswer>>> RunAsync(IEnumerable<TSubject> subjects, TimeSpan deadline, CancellationToken cancellationToken)
    {
        Question<TSubject, TAnswer>[] questions = [.. subjects.Select(static subject => new Question<TSubject, TAnswer>(subject))];
        using var late = new CancellationTokenSource(deadline < LongestTimer ? deadline : LongestTimer, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            await FollowAsync(questions, default, over.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // What has no answer by now has none.
        }

        return _isRouted || questions.Length == 0
            ? questions
            : throw (_unrouted?.Again() ?? new WireException(WireFailure.TimedOut, $"no broker answered within {deadline.TotalSeconds:0.#} s"));
    }

    private async Task FollowAsync(IReadOnlyList<Question<TSubject, TAnswer>> open, Backoff backoff, CancellationToken cancellationToken)
    {
        if (open.Count == 0)
        {
            return;
        }

        IReadOnlyList<Route> routes;
        try
        {
            routes = await Route([.. open.Select(static question => question.Subject)], cancellationToken).ConfigureAwait(false);
            _isRouted = true;
        }
        catch (WireException failure)
        {
            _unrouted = failure;
            Fail(open, failure);
            await AgainAsync(open, backoff, cancellationToken).ConfigureAwait(false);
            return;
        }

        await Task.WhenAll(open.Zip(routes).GroupBy(static pair => pair.Second, static pair => pair.First).Select(async shard =>
        {
            Question<TSubject, TAnswer>[] own = [.. shard];
            await AskShardAsync(shard.Key, own, cancellationToken).ConfigureAwait(false);
            await AgainAsync(own, backoff, cancellationToken).ConfigureAwait(false);
        })).ConfigureAwait(false);
    }

    private async Task AgainAsync(IReadOnlyList<Question<TSubject, TAnswer>> asked, Backoff backoff, CancellationToken cancellationToken)
    {
        Question<TSubject, TAnswer>[] open = [.. asked.Where(question => MayPass(question.Error))];
        if (open.Length > 0)
        {
            await Task.Delay(backoff.Next(), time, cancellationToken).ConfigureAwait(false);
            await FollowAsync(open, backoff, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task AskShardAsync(Route route, IReadOnlyList<Question<TSubject, TAnswer>> shard, CancellationToken cancellationToken)
    {
        if (route.Error != ErrorCode.NoError)
        {
            foreach (var question in shard)
            {
                question.Refuse(route.Error);
            }

            return;
        }

        var bounds = new ParallelOptions { MaxDegreeOfParallelism = RequestsInFlight, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(shard.Chunk(SubjectsPerRequest), bounds, async (batch, token) => await AskBatchAsync(route.Broker, batch, token).ConfigureAwait(false))
            .ConfigureAwait(false);
    }

    private async Task AskBatchAsync(int? broker, IReadOnlyList<Question<TSubject, TAnswer>> batch, CancellationToken cancellationToken)
    {
        try
        {
            var answers = await AskBrokerAsync(broker, batch, cancellationToken).ConfigureAwait(false);
            foreach (var (question, answer) in batch.Zip(answers))
            {
                question.Hear(answer, answer is null ? ErrorCode.Unknown : ErrorOf(answer));
            }
        }
        catch (WireException failure)
        {
            Fail(batch, failure);
        }
    }

    private async Task<IReadOnlyList<TAnswer?>> AskBrokerAsync(int? broker, IReadOnlyList<Question<TSubject, TAnswer>> batch, CancellationToken cancellationToken)
    {
        TSubject[] subjects = [.. batch.Select(static question => question.Subject)];
        if (broker is null && IsRead)
        {
            return await cluster.FirstAsync((connection, token) => Ask(connection, subjects, token), cancellationToken).ConfigureAwait(false);
        }

        var connection = await (broker is { } id ? cluster.BrokerAsync(id, cancellationToken) : cluster.AnyAsync(cancellationToken)).ConfigureAwait(false);
        foreach (var question in batch.Where(_ => !IsRead))
        {
            question.Begin(); // from here on a change may be made although nobody hears of it
        }

        return await Ask(connection, subjects, cancellationToken).ConfigureAwait(false);
    }

    private static void Fail(IEnumerable<Question<TSubject, TAnswer>> questions, WireException failure)
    {
        foreach (var question in questions)
        {
            question.Fail(failure);
        }
    }
}
