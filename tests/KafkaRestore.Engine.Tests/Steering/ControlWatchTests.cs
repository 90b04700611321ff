using System.Text;
using KafkaRestore.Engine.Steering;
using KafkaRestore.Engine.Steering.Control;

namespace KafkaRestore.Engine.Tests.Steering;

public sealed class ControlWatchTests : IDisposable
{
    private readonly SteeringStage _stage = new();

    public void Dispose() => _stage.Dispose();

    [Fact]
    public async Task At_the_start_the_run_says_which_limits_hold()
    {
        await _stage.BeginAsync();

        var answer = _stage.Files.ReadAnswer()!;
        Assert.Equal((0, ControlledRun.Of(_stage.Holder), _stage.Control.Current, null), (answer.Request, answer.Run, answer.Limits, answer.Refused));
    }

    [Fact]
    public async Task A_request_is_obeyed_at_the_next_look_and_answered_with_before_and_after()
    {
        await _stage.BeginAsync();
        var before = _stage.Control.Current;
        _stage.Ask(new LimitsRequest { MaxConcurrentPartitions = 9, RecordsPerSecond = new RateRequest(100) });
        Assert.Same(before, _stage.Control.Current);

        await _stage.LookAsync();

        var answer = _stage.Files.ReadAnswer()!;
        Assert.Equal((9, 100), (_stage.Control.Current.MaxConcurrentPartitions, _stage.Control.Current.RecordsPerSecond));
        Assert.Equal((1, before, _stage.Control.Current), (answer.Request, answer.Before, answer.Limits));
        Assert.Equal(2, _stage.Log.Changes.Count);
        Assert.Empty(_stage.Log.Warnings);
    }

    [Fact]
    public async Task A_request_that_stays_there_is_obeyed_once()
    {
        await _stage.BeginAsync();
        _stage.Ask(new LimitsRequest { MaxConcurrentPartitions = 9 });
        await _stage.LookAsync();
        _stage.Control.Apply(new LimitsRequest { MaxConcurrentPartitions = 2 });

        await _stage.LookAsync(3);
        _stage.Put(Encoding.UTF8.GetString(_stage.Disk.Content(_stage.Files.RequestPath)) + " ");
        await _stage.LookAsync();

        Assert.Equal(2, _stage.Control.Current.MaxConcurrentPartitions);
    }

    [Fact]
    public async Task A_request_that_waits_when_the_lanes_begin_is_obeyed_at_once()
    {
        _stage.Ask(new LimitsRequest { MaxConcurrentPartitions = 9 });
        await _stage.BeginAsync();
        Assert.Equal(9, _stage.Control.Current.MaxConcurrentPartitions);
    }

    [Theory]
    [InlineData(7, 98)]
    [InlineData(8, 99)]
    public async Task A_request_for_another_run_is_not_obeyed_and_not_spoken_of(int process, long since)
    {
        _stage.Ask(new LimitsRequest { MaxConcurrentPartitions = 9 }, run: new ControlledRun(process, since));
        await _stage.BeginAsync();
        await _stage.LookAsync();

        Assert.Equal(4, _stage.Control.Current.MaxConcurrentPartitions);
        Assert.Empty(_stage.Log.Warnings);
    }

    [Fact]
    public async Task A_refused_request_is_answered_with_the_reason_and_told_once()
    {
        await _stage.BeginAsync();
        var before = _stage.Control.Current;
        _stage.Ask(new LimitsRequest { MaxConcurrentPartitions = SteeringStage.MostPlaces + 1 });

        await _stage.LookAsync(3);

        var answer = _stage.Files.ReadAnswer()!;
        Assert.Equal((1, before), (answer.Request, answer.Limits));
        Assert.Contains($"{SteeringStage.MostPlaces} partition(s)", answer.Refused!.What, StringComparison.Ordinal);
        Assert.Contains(answer.Refused.What, Assert.Single(_stage.Log.Warnings), StringComparison.Ordinal);
        Assert.Empty(_stage.Log.Changes);
    }

    [Theory]
    [InlineData("{\"request\":")]
    [InlineData("\0\0\0")]
    [InlineData("{\"format\": \"kafka-restore control\", \"format_version\": 9}")]
    public async Task A_damaged_file_is_passed_over_with_one_warning_and_the_next_request_is_obeyed(string damaged)
    {
        await _stage.BeginAsync();
        _stage.Put(damaged);
        await _stage.LookAsync(5);
        Assert.Contains(_stage.Files.RequestPath, Assert.Single(_stage.Log.Warnings), StringComparison.Ordinal);

        _stage.Ask(new LimitsRequest { MaxConcurrentPartitions = 9 });
        await _stage.LookAsync();

        Assert.Equal(9, _stage.Control.Current.MaxConcurrentPartitions);
        Assert.Single(_stage.Log.Warnings);
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_passed_over_with_one_warning()
    {
        await _stage.BeginAsync();
        _stage.Put(new string(' ', ControlFiles.MostBytes + 1));
        await _stage.LookAsync(3);
        Assert.Contains($"more than {ControlFiles.MostBytes} bytes", Assert.Single(_stage.Log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warnings_do_not_pile_up_without_end()
    {
        await _stage.BeginAsync();
        for (var i = 0; i < 150; i++)
        {
            _stage.Put(new string('x', i + 1));
            await _stage.LookAsync();
            _stage.Disk.Remove(_stage.Files.RequestPath);
            await _stage.LookAsync();
        }

        Assert.Equal(100, _stage.Log.Warnings.Count);
    }

    [Fact]
    public async Task An_answer_that_cannot_be_written_is_a_warning_and_the_limits_hold_all_the_same()
    {
        await _stage.BeginAsync();
        _stage.Ask(new LimitsRequest { MaxConcurrentPartitions = 9 });
        _stage.Disk.OnStep = _ => throw State.SimulatedDisk.NoSpace();

        await _stage.LookAsync();

        Assert.Equal(9, _stage.Control.Current.MaxConcurrentPartitions);
        Assert.Single(_stage.Log.Warnings);
    }

    [Fact]
    public async Task At_the_end_of_the_run_the_request_is_gone_and_its_answer_stays_for_whoever_asked()
    {
        await _stage.BeginAsync();
        _stage.Ask(new LimitsRequest { MaxConcurrentPartitions = 9 });
        await _stage.LookAsync();

        await _stage.EndAsync();

        Assert.DoesNotContain(_stage.Files.RequestPath, _stage.Disk.Paths);
        Assert.Equal(1, _stage.Files.ReadAnswer()!.Request);
    }
}
