namespace KafkaRestore.Kafka.Wire.Calls;

/// <summary>What a call is about.</summary>
internal static class Subjects
{
    /// <summary>Checks that nothing stands there twice: the two could contradict each other.</summary>
    /// <exception cref="ArgumentException">Something does.</exception>
    public static void ThrowIfTwice<T>(IEnumerable<T> keys)
    {
        var seen = new HashSet<T>();
        foreach (var key in keys)
        {
            if (!seen.Add(key))
            {
                throw new ArgumentException($"'{key}' stands in one call twice", nameof(keys));
            }
        }
    }
}
