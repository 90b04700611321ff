using KafkaRestore.Kafka.Probing;

namespace KafkaRestore.Engine.Tests.Doubles;

/// <summary>A probe that gives a prepared answer, and keeps what it was asked.</summary>
internal sealed class FakeProbe(TargetAnswer answer) : ITargetProbe
{
    public TargetQuestion? Asked { get; private set; }

    public Task<TargetAnswer> AskAsync(TargetQuestion question, CancellationToken cancellationToken)
    {
        Asked = question;
        return Task.FromResult(answer);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
