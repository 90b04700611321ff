using KafkaRestore.Records.Layout;
using KafkaRestore.Records.Memory;
using KafkaRestore.Testing;

namespace KafkaRestore.Records.Tests.Layout;

public sealed class RecordBlockTests
{
    private readonly BufferPool _pool = new();
    private readonly CountingLease _lease = new();

    [Fact]
    public void Records_are_walked_in_order()
    {
        using var block = Block(5);
        Assert.Equal([0, 1, 2, 3, 4], Offsets(block));
        Assert.Equal(5, block.Count);
    }

    [Fact]
    public void An_empty_block_has_nothing_to_walk()
    {
        using var block = new RecordBlock(_pool.Rent(10), _lease);
        Assert.Empty(Offsets(block));
    }

    [Fact]
    public void Content_beyond_the_memory_is_refused()
    {
        using var block = new RecordBlock(_pool.Rent(10), _lease);
        Assert.Throws<ArgumentOutOfRangeException>(() => block.SetContent(1, block.Capacity + 1));
    }

    [Fact]
    public void The_first_records_can_be_split_off_and_the_rest_goes_on()
    {
        using var block = Block(5);
        block.Source = 3;
        using var first = block.SplitFirst(2, SizeOf(2));
        using var second = block.SplitFirst(1, SizeOf(1));
        Assert.Equal([0, 1], Offsets(first));
        Assert.Equal([2], Offsets(second));
        Assert.Equal([3, 4], Offsets(block));
        Assert.Equal(3, second.Source);
        Assert.Equal(SizeOf(2), block.Length);
    }

    [Fact]
    public void A_split_must_leave_something()
    {
        using var block = Block(2);
        Assert.Throws<ArgumentOutOfRangeException>(() => block.SplitFirst(2, SizeOf(2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => block.SplitFirst(1, SizeOf(2)));
        Assert.Equal([0, 1], Offsets(block));
    }

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(0, 2, 1)]
    [InlineData(1, 0, 2)]
    [InlineData(1, 2, 0)]
    [InlineData(2, 0, 1)]
    [InlineData(2, 1, 0)]
    public void The_memory_is_given_back_with_the_last_part_in_whatever_order(int one, int two, int three)
    {
        var rest = Block(3);
        RecordBlock[] parts = [rest.SplitFirst(1, SizeOf(1)), rest.SplitFirst(1, SizeOf(1)), rest];
        parts[one].Dispose();
        parts[one].Dispose();
        parts[two].Dispose();
        Assert.Equal(0, _lease.Disposed);
        Assert.Equal([three], Offsets(parts[three]).Select(offset => (int)offset));
        parts[three].Dispose();
        parts[three].Dispose();
        Assert.Equal(1, _lease.Disposed);
    }

    private static int SizeOf(int records) => ArchiveBuilderRecords.Plain(records).Sum(RecordEncoder.SizeOf);

    private static List<long> Offsets(RecordBlock block)
    {
        var offsets = new List<long>();
        foreach (var record in block)
        {
            offsets.Add(record.Offset);
        }

        return offsets;
    }

    private RecordBlock Block(int records)
    {
        var block = new RecordBlock(_pool.Rent(4096), _lease);
        var length = 0;
        foreach (var record in ArchiveBuilderRecords.Plain(records))
        {
            length += RecordEncoder.Write(block.Memory[length..], record);
        }

        block.SetContent(records, length);
        return block;
    }

    private sealed class CountingLease : IDisposable
    {
        public int Disposed { get; private set; }

        public void Dispose() => Disposed++;
    }
}
