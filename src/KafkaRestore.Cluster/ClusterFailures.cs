
namespace KafkaRestore.Cluster;

/// <summary>What calls between silos end with while silos come and go.</summary>
internal static class ClusterFailures
{
    /// <summary>Does what is done every second: whatever goes wrong, it is done again in the next one.</summary>
    public static async Task DoAsync(Func<Task> work, ConsoleLog log)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception away) when (IsPassing(away))
        {
            // A grain may be moving.
        }
        catch (Exception defect)
        {
            log.Defect(defect);
        }
    }

    /// <summary>Whether the same call may succeed in a moment.</summary>
    public static bool IsPassing(Exception failure) => failure is OrleansException or TimeoutException or IOException or ObjectDisposedException or OperationCanceledException;
}
