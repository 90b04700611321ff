using System.Globalization;
using System.Text.Json;

namespace KafkaRestore.Records.Tests;

public sealed class SecretTests
{
    private const string Value = "hunter2-hunter2";

    [Fact]
    public void A_secret_shows_only_that_it_is_there()
    {
        var secret = new Secret(Value);
        string[] shown =
        [
            secret.ToString(),
            $"{secret}",
            string.Format(CultureInfo.InvariantCulture, "{0,20}", secret),
            string.Concat("a", secret),
            JsonSerializer.Serialize(secret),
            JsonSerializer.Serialize(new { Password = secret }),
            new Holder("user", secret).ToString(),
            secret.GetHashCode().ToString(CultureInfo.InvariantCulture),
        ];
        Assert.All(shown, text => Assert.DoesNotContain("hunter", text, StringComparison.OrdinalIgnoreCase));
        Assert.Equal("***", secret.ToString());
        Assert.Equal(Value, secret.Reveal());
    }

    [Fact]
    public void No_secret_says_so()
    {
        Assert.True(default(Secret).IsEmpty);
        Assert.Equal("", default(Secret).Reveal());
        Assert.Equal("(none)", new Secret("").ToString());
    }

    [Fact]
    public void Equal_secrets_are_equal()
    {
        Assert.Equal(new Secret("a"), new Secret("a"));
        Assert.NotEqual(new Secret("a"), new Secret("b"));
        Assert.Equal(new Secret("a").GetHashCode(), new Secret("b").GetHashCode());
        Assert.False(new Secret("a").Equals("a"));
    }

    private sealed record Holder(string Name, Secret Password);
}
