using System.Globalization;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Kafka.Wire.Calls;

/// <summary>Settings of topics and brokers. A broker's own are asked of it and changed through it; the rest goes to any broker.</summary>
internal sealed class ConfigCalls(WireCluster cluster, TimeProvider time)
{
    // A topic's settings are about 3 kB.
    private const int ResourcesPerRequest = 200;

    /// <summary>Asks for settings.</summary>
    /// <param name="resources">Whose settings, each once.</param>
    /// <param name="deadline">How long to go on asking.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>Per resource, in their order; a resource that could not be asked about has an error and no settings.</returns>
    /// <exception cref="WireException">No broker answers.</exception>
    /// <exception cref="ArgumentException">A resource stands there twice.</exception>
    public async Task<IReadOnlyList<DescribeConfigsResourceResult>> DescribeAsync(
        IReadOnlyCollection<DescribeConfigsResource> resources, TimeSpan deadline, CancellationToken cancellationToken)
    {
        Subjects.ThrowIfTwice(resources.Select(static each => each.Resource));
        var call = new ShardedCall<DescribeConfigsResource, DescribeConfigsResourceResult>(cluster, time)
        {
            Route = (subjects, token) => RouteAsync(subjects.Select(static each => each.Resource), token),
            Ask = static async (connection, subjects, token) =>
            {
                var answer = await connection.AskWholeAsync(new DescribeConfigsRequest(subjects), token).ConfigureAwait(false);
                var results = answer.Resources.ToLookup(static result => result.Resource);
                return [.. subjects.Select(subject => results[subject.Resource].FirstOrDefault())];
            },
            ErrorOf = static result => result.Error,
            SubjectsPerRequest = ResourcesPerRequest,
            IsRead = true,
        };
        var questions = await call.RunAsync(resources, deadline, cancellationToken).ConfigureAwait(false);
        return [.. questions.Select(static question => question.Answer ?? new DescribeConfigsResourceResult(question.Error, question.Failure?.Message, question.Subject.Resource, []))];
    }

    /// <summary>Changes single settings and leaves the others alone (Kafka 2.3 and later).</summary>
    /// <param name="resources">What to change, each resource once.</param>
    /// <param name="validateOnly">Whether to check the changes and make none.</param>
    /// <param name="deadline">How long to go on asking.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>Per resource, in their order. After a client-side error (<c>Local_...</c>) its changes may have been made.</returns>
    /// <exception cref="WireException">No broker answers; nothing was changed.</exception>
    /// <exception cref="ArgumentException">A resource stands there twice.</exception>
    public async Task<IReadOnlyList<IncrementalAlterConfigsResourceResult>> AlterAsync(
        IReadOnlyCollection<IncrementalAlterConfigsResource> resources, bool validateOnly, TimeSpan deadline, CancellationToken cancellationToken)
    {
        Subjects.ThrowIfTwice(resources.Select(static each => each.Resource));
        var call = new ShardedCall<IncrementalAlterConfigsResource, IncrementalAlterConfigsResourceResult>(cluster, time)
        {
            Route = (subjects, token) => RouteAsync(subjects.Select(static each => each.Resource), token),
            Ask = async (connection, subjects, token) =>
            {
                var answer = await connection.AskWholeAsync(new IncrementalAlterConfigsRequest(subjects, validateOnly), token).ConfigureAwait(false);
                var results = answer.Resources.ToLookup(static result => result.Resource);
                return [.. subjects.Select(subject => results[subject.Resource].FirstOrDefault())];
            },
            ErrorOf = static result => result.Error,
            SubjectsPerRequest = ResourcesPerRequest,
        };
        var questions = await call.RunAsync(resources, deadline, cancellationToken).ConfigureAwait(false);
        return [.. questions.Select(static question => question.Answer ?? new IncrementalAlterConfigsResourceResult(question.Error, question.Failure?.Message, question.Subject.Resource))];
    }

    private async Task<IReadOnlyList<Route>> RouteAsync(IEnumerable<ConfiguredResource> resources, CancellationToken cancellationToken)
    {
        await cluster.AnyAsync(cancellationToken).ConfigureAwait(false); // a cluster that is away fails the call, not each resource
        return [.. resources.Select(static resource => new Route(BrokerOf(resource)))];
    }

    private static int? BrokerOf(ConfiguredResource resource) =>
        resource.Type is ConfiguredResourceType.Broker or ConfiguredResourceType.BrokerLogger
        && int.TryParse(resource.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
}
