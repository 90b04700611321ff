using KafkaRestore.Engine.State;
using KafkaRestore.Engine.State.Files;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Steering.Control;

/// <summary>
/// The run's side: looks at the job's control file once a second, obeys what is meant for this run, and writes down what holds. A file that cannot be understood is
/// passed over with one warning.
/// </summary>
/// <param name="files">The files.</param>
/// <param name="holder">This run.</param>
/// <param name="control">The limits.</param>
/// <param name="log">Is told of what is passed over.</param>
/// <param name="time">The clock.</param>
internal sealed class ControlWatch(ControlFiles files, LockHolder holder, LimitControl control, SteeringLog log, TimeProvider time)
{
    /// <summary>How often the run looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ControlledRun _run = ControlledRun.Of(holder);
    private byte[] _seen = [];
    private string? _problem;
    private long _answered;

    /// <summary>Watches until <paramref name="ended"/> is cancelled. The last answer stays: whoever asked shortly before the end has yet to read it. Never throws.</summary>
    public async Task RunAsync(CancellationToken ended)
    {
        Answer(control.Current, refused: null);
        try
        {
            while (true)
            {
                Look();
                await Task.Delay(Interval, time, ended).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
        finally
        {
            files.RemoveRequest();
        }
    }

    private void Look()
    {
        try
        {
            var content = files.ReadRequest() ?? [];
            if (content.AsSpan().SequenceEqual(_seen))
            {
                return;
            }

            _seen = content;
            _problem = null;
            if (content.Length > 0)
            {
                Obey(ControlFormat.ReadRequest(content));
            }
        }
        catch (StateDamage damage)
        {
            PassOver(damage.Message);
        }
        catch (RestoreException unreadable)
        {
            PassOver(unreadable.Message);
        }
    }

    private void Obey(ControlRequest request)
    {
        // One that was left by or for another run, or was answered already.
        if (request.Run != _run || request.Request <= _answered)
        {
            return;
        }

        _answered = request.Request;
        var before = control.Current;
        try
        {
            control.Apply(ControlFormat.LimitsOf(request));
            Answer(before, refused: null);
        }
        catch (RestoreException refused)
        {
            log.Warn($"a change of the limits was refused: {refused.Message}");
            Answer(before, new ControlRefusal(refused.Message, refused.Where, refused.Hint));
        }
    }

    private void Answer(RunLimits before, ControlRefusal? refused)
    {
        try
        {
            files.WriteAnswer(new ControlAnswer
            {
                Format = ControlFormat.Name,
                FormatVersion = ControlFormat.Version,
                Run = _run,
                Request = _answered,
                Refused = refused,
                Before = before,
                Limits = control.Current,
                Time = time.GetUtcNow().ToUnixTimeMilliseconds(),
            });
        }
        catch (RestoreException unwritten)
        {
            log.Warn($"the limits that hold cannot be written down for `adjust`: {unwritten.Message}");
        }
    }

    /// <summary>Once for the same problem, however often the run looks.</summary>
    private void PassOver(string problem)
    {
        if (problem != _problem)
        {
            _problem = problem;
            log.Warn($"the control file {files.RequestPath} is passed over: {problem}");
        }
    }
}
