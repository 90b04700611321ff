using KafkaRestore.Engine.Running;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cluster.Messages;

/// <summary>What came of a call: a value, or a failure that a person can act on.</summary>
/// <param name="Value">The value; default with a failure.</param>
/// <param name="Failure">The failure; null for none.</param>
internal sealed record Outcome<T>(T? Value, LaneFailure? Failure = null)
{
    /// <summary>The value.</summary>
    /// <exception cref="RestoreException">The failure.</exception>
    public T Take() => Failure is null ? Value! : throw Failure.ToException();

    /// <summary>Calls, away from the grain's turn.</summary>
    public static async Task<Json<Outcome<T>>> OfAsync(Func<Task<T>> call)
    {
        try
        {
            return Json<Outcome<T>>.Of(new Outcome<T>(await Task.Run(call).ConfigureAwait(false)));
        }
        catch (RestoreException failure)
        {
            return Json<Outcome<T>>.Of(new Outcome<T>(default, LaneFailure.Of(failure)));
        }
    }
}
