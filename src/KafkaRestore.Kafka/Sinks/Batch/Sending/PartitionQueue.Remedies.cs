using KafkaRestore.Kafka.Sinks.Batch.Fencing;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Sinks.Batch.Sending;

internal sealed partial class PartitionQueue
{
    /// <summary>Stops sending until <paramref name="remedy"/> has been applied.</summary>
    private void Stop(ProduceReaction remedy, string why)
    {
        _remedy = remedy;
        _trouble = why;
        RemedyIfQuiet();
    }

    private void RemedyIfQuiet()
    {
        if (_underWay == 0)
        {
            var remedy = _remedy!.Value;
            _ = Task.Run(() => RemedyAsync(remedy));
        }
    }

    private async Task RemedyAsync(ProduceReaction remedy)
    {
        try
        {
            switch (remedy)
            {
                case ProduceReaction.Split:
                    SplitFirst();
                    break;
                case ProduceReaction.Reown:
                    await ReownAsync().ConfigureAwait(false);
                    break;
                case ProduceReaction.FindLeader:
                    await PauseAsync().ConfigureAwait(false);
                    await _dispatcher.PlaceAsync(this).ConfigureAwait(false);
                    break;
                default:
                    await PauseAsync().ConfigureAwait(false);
                    break;
            }

            lock (_gate)
            {
                _remedy = null;
                _contactAt = _time.GetTimestamp();
                _sender?.Wake();
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // It ended meanwhile, for a reason of its own.
        }
        catch (RestoreException failure)
        {
            End(failure);
        }
        catch (Exception defect)
        {
            End(new RestoreException(ErrorCodes.Internal, $"{defect.GetType().Name}: {defect.Message}", Target.ToString(), inner: defect));
        }
    }

    private Task PauseAsync()
    {
        TimeSpan pause;
        lock (_gate)
        {
            pause = _backoff.Next();
        }

        return Task.Delay(pause, _time, _ended.Token);
    }

    /// <summary>The first batch was refused as too large: its records go as two.</summary>
    private void SplitFirst()
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                return;
            }

            var whole = _batches[0];
            var (first, second) = _splitter.Split(whole.Batch);
            var (firstOrigin, secondOrigin) = whole.Origin.Split(first.Count);
            var firstPart = new PendingBatch(first, firstOrigin, 0);
            var secondPart = new PendingBatch(second, secondOrigin, whole.Charge);
            firstPart.Stamp(_producer, whole.Sequence);
            secondPart.Stamp(_producer, (whole.Sequence + first.Count) & int.MaxValue);
            _batches[0] = firstPart;
            _batches.Insert(1, secondPart);
            whole.Release();
        }
    }

    /// <summary>Fences again, acknowledges what the log turns out to hold, and gives the rest new sequence numbers.</summary>
    private async Task ReownAsync()
    {
        if (_fence is null)
        {
            throw new RestoreException(
                ErrorCodes.ProduceRefused,
                $"the broker lost track of what this writer sent ({_trouble}), and without a fence it cannot be found out safely",
                Target.ToString());
        }

        var (renewed, tail) = await _fence.RenewAsync(_producer, _expected, _ended.Token).ConfigureAwait(false);
        lock (_gate)
        {
            foreach (var landed in tail)
            {
                Recognise(landed);
            }

            if (_failure is not null)
            {
                return;
            }

            _producer = renewed.Producer;
            _expected = renewed.EndOffset;
            _nextSequence = 0;
            foreach (var batch in _batches)
            {
                Stamp(batch);
            }
        }
    }

    /// <summary>Acknowledges what stands in the log as one batch: one of ours, or all parts of one that was split afterwards.</summary>
    private void Recognise(LoggedBatch landed)
    {
        for (var found = 0; found < landed.Count && _failure is null;)
        {
            var sequence = (landed.BaseSequence + found) & int.MaxValue;
            if (_batches.Count == 0 || landed.Producer != _producer || sequence != _batches[0].Sequence || _batches[0].Batch.Count > landed.Count - found)
            {
                EndLocked(PartitionRefusals.Foreign(landed.BaseOffset + found, Target));
                return;
            }

            var count = _batches[0].Batch.Count;
            Acknowledge(landed.BaseOffset + found);
            found += count;
        }
    }
}
