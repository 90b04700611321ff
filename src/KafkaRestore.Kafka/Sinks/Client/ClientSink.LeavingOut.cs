using Confluent.Kafka;
using KafkaRestore.Kafka.Client;
using KafkaRestore.Records.Errors;
using KafkaRestore.Records.Layout;

namespace KafkaRestore.Kafka.Sinks.Client;

/// <summary>
/// Leaving out records that cannot be written. A record that the broker may find too large goes alone, with nothing before or behind it under way, so that its refusal is about it
/// and nothing else.
/// </summary>
/// <remarks>
/// What the broker refuses for another reason ends the sink: the client fails whole batches, without saying for which record, and keeps no copy that could be sent again.
/// </remarks>
public sealed partial class ClientSink
{
    // Both under the gate.
    private bool _onTrial;
    private RestoreException? _verdict;

    /// <summary>The next record goes alone.</summary>
    private void BeginTrial()
    {
        lock (_gate)
        {
            _onTrial = true;
        }
    }

    /// <summary>Why the record that went alone was refused; null when it was acknowledged.</summary>
    private RestoreException? TakeVerdict()
    {
        lock (_gate)
        {
            var verdict = _verdict;
            _verdict = null;
            return verdict;
        }
    }

    /// <summary>Whether a report says that the record which went alone is too large, and certainly not in the log.</summary>
    private bool IsVerdict(DeliveryReport<byte[]?, byte[]?> report, long sourceOffset)
    {
        if (!_onTrial || report.Status != PersistenceStatus.NotPersisted || KafkaErrors.Classify(report.Error.Code) != KafkaErrorClass.TooLarge)
        {
            return false;
        }

        _onTrial = false;
        _verdict = Refusal(report.Error, sourceOffset);
        return true;
    }

    /// <summary>Leaves out the record whose turn it is; nothing is under way.</summary>
    private async ValueTask LeaveOutAsync(RecordBlock block, Turn turn, CancellationToken cancellationToken)
    {
        ReportBegun();
        try
        {
            var offset = RecordView.At(block.Bytes[turn.Position..]).Offset;
            await _lane.LeaveOut!(new UnwritableRecord(block.Source, offset, turn.Refusal!), cancellationToken).ConfigureAwait(false);
        }
        catch (RestoreException failure)
        {
            End(failure);
            throw;
        }

        if (turn.WasSent)
        {
            // The instance has ended with the refusal; another one's first record goes alone again.
            await ReplaceProducerAsync().ConfigureAwait(false);
        }

        if (turn.Index + 1 < turn.Count)
        {
            Begin(block.Source, turn.Count - turn.Index - 1);
        }
    }

    /// <summary>Reports what was acknowledged of the block so far, and lets it go: what is behind the record that is left out is a block of its own.</summary>
    private void ReportBegun()
    {
        lock (_gate)
        {
            if (_closed || _oldest is not { } block)
            {
                return;
            }

            if (block.Acknowledged > 0)
            {
                Report(block);
            }

            block.Release();
            _oldest = null;
        }
    }

    private async ValueTask ReplaceProducerAsync()
    {
        var ended = _producer;
        _producer = _newProducer();
        (_begun, _proving) = (false, false);
        await CloseAsync(ended).ConfigureAwait(false);
    }
}
