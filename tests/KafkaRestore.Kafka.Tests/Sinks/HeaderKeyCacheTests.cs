using System.Text;
using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Kafka.Sinks.Client;

namespace KafkaRestore.Kafka.Tests.Sinks;

public sealed class HeaderKeyCacheTests
{
    [Fact]
    public void The_same_bytes_give_the_same_string()
    {
        var cache = new HeaderKeyCache();
        Assert.True(cache.TryGet("trace"u8, out var first));
        Assert.True(cache.TryGet("trace"u8, out var second));

        Assert.Same(first, second);
    }

    [Fact]
    public void A_key_is_accepted_exactly_when_its_string_gives_the_bytes_back()
    {
        var cache = new HeaderKeyCache();
        Prop.ForAll<byte[]>(bytes =>
        {
            var kept = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes)).AsSpan().SequenceEqual(bytes);
            return cache.TryGet(bytes, out var text) == kept && (!kept || Encoding.UTF8.GetBytes(text!).AsSpan().SequenceEqual(bytes));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void More_keys_than_are_kept_still_work()
    {
        var cache = new HeaderKeyCache();
        for (var i = 0; i < 3_000; i++)
        {
            Assert.True(cache.TryGet(Encoding.UTF8.GetBytes($"key-{i}"), out var text));
            Assert.Equal($"key-{i}", text);
        }
    }
}
