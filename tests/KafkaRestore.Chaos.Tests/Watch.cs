using System.Diagnostics;

namespace KafkaRestore.Chaos.Tests;

/// <summary>Waits for what another process does.</summary>
internal static class Watch
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks again until it is so.</summary>
    /// <param name="what">What is waited for, for the failure.</param>
    /// <param name="isSo">Asks.</param>
    /// <param name="program">Whose end makes waiting pointless; null: nobody's.</param>
    public static async Task UntilAsync(string what, Func<Task<bool>> isSo, Programs.RestoreProcess? program = null)
    {
        var clock = Stopwatch.StartNew();
        while (!await isSo())
        {
            if (program is { HasEnded: true })
            {
                Assert.Fail($"the program ended before this was so: {what}; it said:\n{await program.EndAsync()}");
            }

            Assert.True(clock.Elapsed < Patience, $"not within {Patience}: {what}; the program said:\n{program?.Said}");
            await Task.Delay(Pause);
        }
    }
}
