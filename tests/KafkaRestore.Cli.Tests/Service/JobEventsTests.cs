using KafkaRestore.Api.Contracts;

namespace KafkaRestore.Cli.Tests.Service;

/// <summary>Listening to a job while it changes.</summary>
public sealed class JobEventsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_job_that_tells_while_it_is_locked_does_not_wait_for_a_listener_that_asks_it()
    {
        var events = new JobEvents(0, TimeProvider.System);
        var job = new Lock();
        using var asked = new SemaphoreSlim(0);
        using var locked = new SemaphoreSlim(0);
        var state = JobState.Running;
        var telling = Task.Run(() =>
        {
            lock (job)
            {
                locked.Release();
                asked.Wait(Patience);
                state = JobState.Done;
                events.Tell(JobEventKind.State, Job(state));
            }
        });
        Assert.True(await locked.WaitAsync(Patience));

        var heard = new List<JobState>();
        var listening = Task.Run(async () =>
        {
            await foreach (var told in events.ListenAsync(null, Now, default))
            {
                heard.Add(told.Job!.State);
            }
        });

        await Task.WhenAll(telling, listening).WaitAsync(Patience);
        Assert.Equal(JobState.Done, heard[^1]);

        JobInfo Now()
        {
            asked.Release();
            lock (job)
            {
                return Job(state);
            }
        }
    }

    [Fact]
    public async Task Of_more_events_than_are_kept_the_last_are_repeated()
    {
        var events = new JobEvents(0, TimeProvider.System);
        for (var i = 1; i <= 1_500; i++)
        {
            events.Tell(JobEventKind.Message, level: "info", text: $"line {i}");
        }

        events.Tell(JobEventKind.State, Job(JobState.Done));
        var heard = new List<JobEvent>();
        await foreach (var told in events.ListenAsync(0, () => Job(JobState.Done), default))
        {
            heard.Add(told);
        }

        Assert.Equal("line 502", heard[0].Text);
        Assert.Equal(1_501, heard[^1].Number);
        Assert.Equal(1_000, heard.Count);
    }

    [Fact]
    public async Task Progress_is_heard_and_not_repeated()
    {
        var events = new JobEvents(7, TimeProvider.System);
        var listening = events.ListenAsync(null, () => Job(JobState.Running), default).GetAsyncEnumerator();
        await using (listening)
        {
            Assert.True(await listening.MoveNextAsync());
            var next = listening.MoveNextAsync();
            events.Tell(JobEventKind.Progress, Job(JobState.Running));
            Assert.True(await next);
            Assert.Equal((JobEventKind.Progress, 7), (listening.Current.Kind, listening.Current.Number));
        }

        events.Tell(JobEventKind.State, Job(JobState.Done));
        var repeated = new List<JobEvent>();
        await foreach (var told in events.ListenAsync(0, () => Job(JobState.Done), default))
        {
            repeated.Add(told);
        }

        Assert.DoesNotContain(repeated, static told => told.Kind == JobEventKind.Progress);
    }

    private static JobInfo Job(JobState state) => new() { Id = "a", BackupId = "b", State = state, SubmittedAt = DateTimeOffset.UnixEpoch };
}
