using System.Text;
using KafkaRestore.Engine.Limits;
using KafkaRestore.Engine.Options;
using KafkaRestore.Engine.State;
using KafkaRestore.Engine.Steering;
using KafkaRestore.Engine.Steering.Control;
using KafkaRestore.Engine.Tests.Doubles;
using KafkaRestore.Engine.Tests.State;

namespace KafkaRestore.Engine.Tests.Steering;

/// <summary>A run that holds a job's lock and watches its control file, on a disk and in a time of the test's own.</summary>
internal sealed class SteeringStage : IDisposable
{
    public const int MostPlaces = 10;
    private readonly JobLock _lock;
    private readonly CancellationTokenSource _ended = new();
    private Task _watching = Task.CompletedTask;

    public SteeringStage()
    {
        var options = new ExecutionOptions();
        _lock = JobLock.Take(Disk, Location, Holder);
        Files = new ControlFiles(Disk, Location);
        Control = new LimitControl(RunLimits.Of(options), new RestoreLimits(options, Time).Change, static _ => { }, MostPlaces, Log, Time);
    }

    public SimulatedDisk Disk { get; } = new();

    public ManualTime Time { get; } = new();

    public SteeringLog Log { get; } = new();

    public JobLocation Location { get; } = JobLocation.AtFile("/state/job.json");

    public LockHolder Holder { get; } = new() { Host = "here", ProcessId = 7, User = "me", Since = 99, JobId = "job" };

    public ControlFiles Files { get; }

    public LimitControl Control { get; }

    /// <summary>The run begins to watch. Away from the runner's context, so that what a timer begins has ended when the timer has fired.</summary>
    public Task BeginAsync() => Task.Run(() => { _watching = new ControlWatch(Files, Holder, Control, Log, Time).RunAsync(_ended.Token); });

    /// <summary>So many times the run looks once more.</summary>
    public Task LookAsync(int times = 1) => Task.Run(() =>
    {
        for (; times > 0; times--)
        {
            Assert.True(Time.FireNext(), "nobody waits");
        }
    });

    /// <summary>Fires timers until a task has ended.</summary>
    public Task UntilAsync(Task task) => Task.Run(() =>
    {
        while (!task.IsCompleted)
        {
            Time.FireNext();
        }
    });

    public async Task EndAsync()
    {
        await _ended.CancelAsync();
        await _watching;
    }

    /// <summary>The run ends and lets the job go.</summary>
    public void LetGo() => _lock.Dispose();

    public void Put(string text) => Disk.Put(Files.RequestPath, Encoding.UTF8.GetBytes(text));

    public void Ask(LimitsRequest limits, long number = 1, ControlledRun? run = null) => Files.WriteRequest(new ControlRequest
    {
        Format = ControlFormat.Name, FormatVersion = ControlFormat.Version, Request = number, Run = run ?? ControlledRun.Of(Holder), Limits = ControlFormat.LimitsOf(limits),
    });

    public void Dispose()
    {
        _ended.Cancel();
        _ended.Dispose();
    }
}
