using System.Runtime.CompilerServices;
using KafkaRestore.Archive.Storage;
using KafkaRestore.Archive.Storage.Decorators;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Archive.Tests.Storage.Doubles;

/// <summary>Fails as a test says before (or, for writes that get through, after) each operation.</summary>
internal sealed class FaultyStorage(IArchiveStorage inner) : ForwardingStorage(inner)
{
    /// <summary>Called before each operation with its number, from 1; throws to fail it.</summary>
    public Action<int> Before { get; set; } = _ => { };

    /// <summary>Called after each write with its number; throws to lose the answer.</summary>
    public Action<int> AfterWrite { get; set; } = _ => { };

    /// <summary>Called before each listed entry with the number of the listing and of the entry in it, from 1.</summary>
    public Action<int, int> BeforeEntry { get; set; } = (_, _) => { };

    public int Calls { get; private set; }

    public static RestoreException Unavailable(string what = "gone") => new(ErrorCodes.StorageUnavailable, what, "somewhere");

    public override async IAsyncEnumerable<StorageEntry> ListAsync(
        string folder, bool recursive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = ++Calls;
        Before(call);
        var number = 0;
        await foreach (var entry in base.ListAsync(folder, recursive, cancellationToken))
        {
            BeforeEntry(call, ++number);
            yield return entry;
        }
    }

    public override async ValueTask<StorageEntry?> StatAsync(string key, CancellationToken cancellationToken)
    {
        Before(++Calls);
        return await base.StatAsync(key, cancellationToken);
    }

    public override async ValueTask<int> ReadAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        Before(++Calls);
        return await base.ReadAsync(key, offset, destination, cancellationToken);
    }

    public override async ValueTask WriteAsync(string key, ReadOnlyMemory<byte> content, WriteMode mode, CancellationToken cancellationToken)
    {
        var call = ++Calls;
        Before(call);
        await base.WriteAsync(key, content, mode, cancellationToken);
        AfterWrite(call);
    }
}
