using Confluent.Kafka;
using KafkaRestore.Kafka.Wire.Connections;

namespace KafkaRestore.Kafka.Wire.Calls;

/// <summary>One of a call's questions and what was heard last.</summary>
/// <param name="subject">What the question is about.</param>
internal sealed class Question<TSubject, TAnswer>(TSubject subject)
    where TAnswer : class
{
    /// <summary>What the question is about.</summary>
    public TSubject Subject => subject;

    /// <summary>NO_ERROR, or why there is no answer or none that helps.</summary>
    public ErrorCode Error { get; private set; } = ErrorCode.Local_TimedOut;

    /// <summary>The broker's answer, one with an error included; null when there is none.</summary>
    public TAnswer? Answer { get; private set; }

    /// <summary>How asking failed; null when it did not.</summary>
    public WireException? Failure { get; private set; }

    /// <summary>A change is being asked for: nothing that was heard before counts any more.</summary>
    public void Begin() => (Answer, Failure, Error) = (null, null, ErrorCode.Local_TimedOut);

    /// <summary>A broker answered; null when it left this subject out.</summary>
    public void Hear(TAnswer? answer, ErrorCode error) => (Answer, Failure, Error) = (answer, null, answer is null ? ErrorCode.Unknown : error);

    /// <summary>There is nobody to ask.</summary>
    public void Refuse(ErrorCode error) => (Answer, Failure, Error) = (null, null, error);

    /// <summary>Asking failed.</summary>
    public void Fail(WireException failure) => (Answer, Failure, Error) = (null, failure, failure.Failure.ToErrorCode());

    /// <summary>The answer.</summary>
    /// <exception cref="WireException">There is none.</exception>
    public TAnswer Require() => Answer ?? throw (Failure?.Again() ?? new WireException(WireFailure.TimedOut, "no broker answered in time"));
}
