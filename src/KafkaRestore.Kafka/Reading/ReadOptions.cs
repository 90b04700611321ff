namespace KafkaRestore.Kafka.Reading;

/// <summary>How a partition is read back.</summary>
public sealed record ReadOptions
{
    /// <summary>Which records are wanted.</summary>
    public ReadIsolation Isolation { get; init; } = ReadIsolation.Uncommitted;

    /// <summary>How long to wait without progress; restarts with every answer that brings the reading on.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>About how many bytes are fetched at once, as they stand in the log; a larger batch comes whole. Twice as many are held, for one fetch is ahead.</summary>
    public int FetchBytes { get; init; } = 1 << 20;

    /// <summary>Size of a block in bytes; a larger record gets one of its own.</summary>
    public int BlockBytes { get; init; } = 256 << 10;

    /// <summary>How many blocks of one reading may be out at once; 1 or more.</summary>
    public int Blocks { get; init; } = 2;

    /// <summary>The most bytes that one batch may unpack to. Kafka itself knows no bound.</summary>
    public int MostUnpackedBytes { get; init; } = 256 << 20;
}

/// <summary>Which records a reading gives.</summary>
public enum ReadIsolation
{
    /// <summary>All of them, whether their transaction was committed, aborted or is open.</summary>
    Uncommitted,

    /// <summary>Those without a transaction or of a committed one; an open one is waited for.</summary>
    Committed,
}
