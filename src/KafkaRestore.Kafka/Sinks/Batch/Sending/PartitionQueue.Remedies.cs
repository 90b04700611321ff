using KafkaRestore.Kafka.Sinks.Batch.Fencing;
using KafkaRestore.Kafka.Wire.Protocol;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Kafka.Sinks.Batch.Sending;

internal sealed partial class PartitionQueue
{
    /// <summary>Stops sending until <paramref name="remedy"/> has been applied.</summary>
    private void Stop(ProduceReaction remedy, string why)
    {
        _remedy = remedy;
        if (remedy is ProduceReaction.Resend or ProduceReaction.FindLeader or ProduceReaction.Reown)
        {
            _trouble.Say(why);
            _observer.Retried();
        }

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
                case ProduceReaction.LeaveOut:
                    await LeaveOutFirstAsync().ConfigureAwait(false);
                    break;
                case ProduceReaction.Reown:
                    break;
                case ProduceReaction.FindLeader:
                    await PauseAsync().ConfigureAwait(false);
                    await _dispatcher.PlaceAsync(this).ConfigureAwait(false);
                    break;
                default:
                    await PauseAsync().ConfigureAwait(false);
                    break;
            }

            if (remedy == ProduceReaction.Reown || MayHaveLanded())
            {
                await ReownAsync().ConfigureAwait(false);

                // That may have taken long, and the partition may have another leader by now.
                await _dispatcher.PlaceAsync(this).ConfigureAwait(false);
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

    /// <summary>Whether something in the queue may stand in the log already, and can be looked for.</summary>
    private bool MayHaveLanded()
    {
        lock (_gate)
        {
            return _fence is not null && _batches.Exists(static batch => batch.IsDoubtful);
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

    /// <summary>
    /// The first batch is refused because of a record in it: its records go in parts until that one stands alone, then it is left out. A batch that may stand in the log already is
    /// looked for there first; where that cannot be done, its refusal ends the queue.
    /// </summary>
    private void Isolate(PendingBatch batch, IReadOnlyList<ProduceRecordError> errors, RestoreException refusal)
    {
        if (batch.IsDoubtful && _fence is not null)
        {
            Stop(ProduceReaction.Reown, refusal.Message);
        }
        else if (batch.Batch.Count > 1)
        {
            // Up to the first record that the broker names; where it names the first one, that one alone.
            var named = errors.Count == 0 ? batch.Batch.Count / 2 : errors.Min(error => error.Index);
            _splitAt = Math.Clamp(named, 1, batch.Batch.Count - 1);
            Stop(ProduceReaction.Split, refusal.Message);
        }
        else if (!batch.IsDoubtful)
        {
            _refusal = refusal;
            Stop(ProduceReaction.LeaveOut, refusal.Message);
        }
        else
        {
            EndLocked(refusal);
        }
    }

    /// <summary>The first batch's one record is left out; what is behind it takes its place in the producer's sequence.</summary>
    private async Task LeaveOutFirstAsync()
    {
        var refused = _batches[0];
        await _leaveOut!(new UnwritableRecord(refused.Origin.Source, refused.Origin.First, _refusal!), _ended.Token).ConfigureAwait(false);
        lock (_gate)
        {
            if (_failure is not null)
            {
                return;
            }

            _batches.RemoveAt(0);
            _nextSequence = refused.Sequence;
            foreach (var batch in _batches)
            {
                // Nothing behind a refused batch is taken into the log.
                batch.IsDoubtful = false;
                Stamp(batch);
            }

            _backoff.Reset();
            _trouble.Say(null);
            _progressAt = _time.GetTimestamp();
            _window.Release(refused.Charge);
            refused.Release();
        }
    }

    /// <summary>The first batch was refused as too large, or for a record in it: its records go as two.</summary>
    private void SplitFirst()
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                return;
            }

            var whole = _batches[0];
            var (first, second) = _splitter.Split(whole.Batch, _splitAt);
            var (firstOrigin, secondOrigin) = whole.Origin.Split(first.Count);
            var firstPart = new PendingBatch(first, firstOrigin, 0) { IsDoubtful = whole.IsDoubtful };
            var secondPart = new PendingBatch(second, secondOrigin, whole.Charge) { IsDoubtful = whole.IsDoubtful };
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
                $"the broker lost track of what this writer sent ({_trouble.Text}), and without a fence it cannot be found out safely",
                Target.ToString());
        }

        var (renewed, tail) = await RenewFenceAsync(_fence).ConfigureAwait(false);
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
                batch.IsDoubtful = false;
                Stamp(batch);
            }
        }
    }

    /// <summary>A right that is refused now was there before, and may be given back before the deadline.</summary>
    private async Task<(FencedPartition Fenced, IReadOnlyList<LoggedBatch> Tail)> RenewFenceAsync(PartitionFence fence)
    {
        while (true)
        {
            try
            {
                return await fence.RenewAsync(_expected, _ended.Token).ConfigureAwait(false);
            }
            catch (RestoreException denial) when (denial.Code == ErrorCodes.TargetDenied && MayWait(denial))
            {
                await PauseAsync().ConfigureAwait(false);
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
