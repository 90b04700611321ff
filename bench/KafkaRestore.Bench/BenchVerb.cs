namespace KafkaRestore.Bench;

/// <summary>One thing that the benchmark program does.</summary>
internal abstract class BenchVerb
{
    /// <summary>Its word on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>Its options in one line.</summary>
    public abstract string Usage { get; }

    /// <summary>Does it and prints the figures.</summary>
    /// <exception cref="ArgumentException">An option is missing, unknown or malformed.</exception>
    public abstract Task RunAsync(BenchArguments arguments, TextWriter output, CancellationToken cancellationToken);
}
