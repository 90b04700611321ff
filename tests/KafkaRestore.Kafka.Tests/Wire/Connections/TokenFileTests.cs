using System.Buffers.Text;
using System.Globalization;
using System.Text;
using KafkaRestore.Kafka.Wire.Connections;
using KafkaRestore.Kafka.Wire.Connections.Sasl;

namespace KafkaRestore.Kafka.Tests.Wire.Connections;

/// <summary>Tokens that somebody else keeps fresh.</summary>
public sealed class TokenFileTests : IDisposable
{
    private static readonly Dictionary<string, string> NoExtensions = [];

    private readonly string _path = Path.GetTempFileName();
    private readonly ManualTime _time = new();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public async Task The_file_is_read_for_each_authentication()
    {
        var source = new BearerTokenSource(new TokenFile(_path, NoExtensions, _time).ReadAsync, _time);
        await File.WriteAllTextAsync(_path, "first\n");
        Assert.Equal("first", (await source.GetAsync(CancellationToken.None)).Value.Reveal());

        await File.WriteAllTextAsync(_path, "second");

        Assert.Equal("second", (await source.GetAsync(CancellationToken.None)).Value.Reveal());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("two tokens")]
    [InlineData("to\u0001ken")]
    public async Task A_file_without_one_token_is_denied_and_its_text_is_not_shown(string text)
    {
        await File.WriteAllTextAsync(_path, text);

        var failure = await FailureAsync(_path);

        Assert.Equal(WireFailure.Denied, failure.Failure);
        Assert.Equal($"the token file '{_path}' does not hold one token and nothing else", failure.Message);
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_not_read_to_its_end()
    {
        await File.WriteAllTextAsync(_path, new string('x', 70_000));

        Assert.Contains("is larger than 64 KiB", (await FailureAsync(_path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_gone_is_denied() => Assert.Contains("cannot be read", (await FailureAsync(_path + ".gone")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(-1, true)]
    [InlineData(3600, false)]
    public async Task A_token_that_has_ended_is_denied_before_it_is_sent(int seconds, bool denied)
    {
        var end = _time.GetUtcNow().ToUnixTimeSeconds() + seconds;
        await File.WriteAllTextAsync(_path, $"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"exp\":{end}}}")))}.signature");

        if (denied)
        {
            Assert.Contains("holds a token that ended at", (await FailureAsync(_path)).Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.EndsWith(".signature", (await ReadAsync(_path)).Value.Reveal(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("opaque")]
    [InlineData("a.!!!.c")]
    [InlineData("a.e30.c")]
    [InlineData("a.W10.c")]
    [InlineData("a.eyJleHAiOiJ4In0.c")]
    [InlineData("a.eyJleHAiOjFlOTl9.c")]
    public async Task Whether_another_token_is_good_is_for_the_broker_to_say(string token)
    {
        await File.WriteAllTextAsync(_path, token);

        Assert.Equal(token, (await ReadAsync(_path)).Value.Reveal());
    }

    private Task<BearerToken> ReadAsync(string path) => new TokenFile(path, NoExtensions, _time).ReadAsync(CancellationToken.None);

    private async Task<WireException> FailureAsync(string path) => await Assert.ThrowsAsync<WireException>(() => ReadAsync(path));
}
