using KafkaRestore.Kafka.Sinks;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Engine.Tests.Integration;

/// <summary>
/// Sinks that stop once all of them have their first block in the log, until something has been done; then they go on. As many as
/// <paramref name="lanes"/> must be open at once.
/// </summary>
internal sealed class InterruptedSinks(IRecordSinkFactory inner, int lanes, Func<Task> interruption) : IRecordSinkFactory
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waitedFor = lanes;

    public SinkDescription Description => inner.Description;

    public ValueTask PrepareAsync(CancellationToken cancellationToken) => inner.PrepareAsync(cancellationToken);

    public async ValueTask<IRecordSink> OpenAsync(SinkLane lane, ISinkObserver observer, CancellationToken cancellationToken) =>
        new Sink(this, await inner.OpenAsync(lane, observer, cancellationToken));

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async Task InterruptAsync()
    {
        if (Interlocked.Decrement(ref _waitedFor) > 0)
        {
            await _over.Task;
            return;
        }

        try
        {
            await interruption();
            _over.SetResult();
        }
        catch (Exception failure)
        {
            _over.SetException(failure);
            throw;
        }
    }

    private sealed class Sink(InterruptedSinks owner, IRecordSink inner) : IRecordSink
    {
        private bool _interrupted;

        public long StartOffset => inner.StartOffset;

        public async ValueTask SendAsync(RecordBlock block, CancellationToken cancellationToken)
        {
            await inner.SendAsync(block, cancellationToken);
            if (!_interrupted)
            {
                _interrupted = true;
                await inner.FlushAsync(cancellationToken);
                await owner.InterruptAsync();
            }
        }

        public ValueTask FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
