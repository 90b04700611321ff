using KafkaRestore.Records.Memory;

namespace KafkaRestore.Records.Tests.Memory;

public sealed class BufferPoolTests
{
    private const int Smallest = 4 << 10;
    private const int LargestPooled = 8 << 20;

    [Fact]
    public void A_buffer_has_at_least_what_was_asked_for_and_at_most_a_quarter_more()
    {
        var pool = new BufferPool();
        var random = new Random(1);
        var sizes = Enumerable.Range(0, 64).Select(power => 1 << (power % 24)).SelectMany(size => new[] { size - 1, size, size + 1 })
            .Concat(Enumerable.Range(0, 500).Select(_ => random.Next(1, LargestPooled + 1000))).Append(0);
        foreach (var size in sizes)
        {
            using var buffer = pool.Rent(size);
            Assert.InRange(buffer.Capacity, size, Math.Max(Smallest, size * 1.25));
            Assert.Equal(buffer.Capacity, buffer.GetSpan().Length);
        }
    }

    [Fact]
    public void Beyond_the_largest_class_a_buffer_has_exactly_what_was_asked_for()
    {
        using var buffer = new BufferPool().Rent(LargestPooled + 1);
        Assert.Equal(LargestPooled + 1, buffer.Capacity);
    }

    [Fact]
    public void A_returned_buffer_is_rented_again_by_the_next_of_its_class()
    {
        var pool = new BufferPool();
        var first = pool.Rent(10_000);
        first.Dispose();
        using var second = pool.Rent(10_100);
        Assert.Same(first, second);
    }

    [Fact]
    public void Large_buffers_are_not_kept()
    {
        var pool = new BufferPool(keepBytes: long.MaxValue);
        var first = pool.Rent(LargestPooled + 1);
        first.Dispose();
        using var second = pool.Rent(LargestPooled + 1);
        Assert.NotSame(first, second);
    }

    [Fact]
    public void No_more_than_the_bound_is_kept()
    {
        var pool = new BufferPool(keepBytes: 2 * Smallest);
        var rented = Enumerable.Range(0, 5).Select(_ => pool.Rent(Smallest)).ToList();
        rented.ForEach(buffer => buffer.Dispose());
        var again = Enumerable.Range(0, 5).Select(_ => pool.Rent(Smallest)).ToList();
        Assert.Equal(2, again.Count(rented.Contains));
        again.ForEach(buffer => buffer.Dispose());
    }

    [Fact]
    public void A_second_disposal_does_not_return_a_buffer_twice()
    {
        var pool = new BufferPool();
        var buffer = pool.Rent(1);
        buffer.Dispose();
        buffer.Dispose();
        using var one = pool.Rent(1);
        using var two = pool.Rent(1);
        Assert.NotSame(one, two);
    }

    [Fact]
    public void A_returned_buffer_cannot_be_looked_into()
    {
        var buffer = new BufferPool().Rent(1);
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => buffer.GetSpan().Length);
        Assert.Throws<ObjectDisposedException>(() => buffer.Pin());
    }

    [Fact]
    public void A_negative_size_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new BufferPool().Rent(-1));

    [Fact]
    public async Task Many_renters_at_once_never_share_a_buffer()
    {
        var pool = new BufferPool(keepBytes: 1 << 20);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(id => Task.Run(() =>
        {
            for (var i = 0; i < 5_000; i++)
            {
                using var buffer = pool.Rent((i % 5 * 3000) + 1);
                var span = buffer.GetSpan();
                span[..200].Fill((byte)id);
                Assert.Equal(-1, span[..200].IndexOfAnyExcept((byte)id));
            }
        })));
    }
}
