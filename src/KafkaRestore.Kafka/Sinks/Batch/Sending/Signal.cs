using System.Threading.Channels;

namespace KafkaRestore.Kafka.Sinks.Batch.Sending;

/// <summary>Wakes one waiting loop; signals that come while it is awake count once.</summary>
internal sealed class Signal
{
    private readonly Channel<bool> _set = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Wakes the loop now, or at its next wait.</summary>
    public void Set() => _set.Writer.TryWrite(true);

    /// <summary>Waits for the next signal.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken) => await _set.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
}
