using KafkaRestore.Configuration.Keys;
using KafkaRestore.Configuration.Tests.Support;
using KafkaRestore.Configuration.Values;

namespace KafkaRestore.Configuration.Tests;

public sealed class SecrecyTests
{
    private const string Secret = "s3cr3tW0rd";

    /// <summary>Ways in which a secret can stand in a file, most of them wrong.</summary>
    private static readonly string[] Forms =
    [
        Secret, $"'{Secret}'", $"\"{Secret}", $"*{Secret}", $"&{Secret}", $"!{Secret}", $"!<{Secret}", $"@{Secret}", $"%{Secret}", $"`{Secret}", $"[{Secret}]",
        $"[{Secret}", $"{{{Secret}: 1}}", $"{{ {Secret}", $"{Secret}: x", $"- {Secret}", $"|{Secret}", $">\n{Secret}", $"\"{Secret}\\q\"", $"'{Secret}' x",
        $"${{{Secret}-x", $"${{{Secret} x}}", $"{Secret}${{", $"${{UNSET}}{Secret}", $"${{VARIABLE}}", "${file:/secret}", $"${{UNSET:-{Secret}}}", $"\"{Secret}\\u0000\"",
    ];

    public static TheoryData<string> SecretKeys =>
    [
        .. ConfigurationKeys.All.Where(key => key.Type == new SecretReader().Name).Select(key => key.Path),
        "target.client.ssl.key.password",
    ];

    [Theory]
    [MemberData(nameof(SecretKeys))]
    public void A_secret_is_in_no_message_whatever_is_wrong_with_the_file(string path)
    {
        foreach (var form in Forms)
        {
            // A wrong line after it, so that every form comes with a failure.
            var text = path.StartsWith("target.client", StringComparison.Ordinal)
                ? new ConfigurationText().Set("target.client", $"\n    ssl.key.password: {form}")
                : new ConfigurationText().Set(path, form);
            var result = Read(text.Set("restore.unknown", "1").ToString());

            Assert.NotEmpty(result.Problems);
            AssertHidden(result, form);
        }
    }

    [Fact]
    public void What_a_variable_holds_is_in_no_message_of_any_key()
    {
        foreach (var key in ConfigurationKeys.All.Where(key => key.Class != KeyClass.Refused))
        {
            foreach (var form in new[] { "${VARIABLE}", "['${VARIABLE}']", "{ a: '${VARIABLE}' }", "{ 1: '${VARIABLE}' }", "'~[${VARIABLE}'", "['~[${VARIABLE}']" })
            {
                AssertHidden(Read(new ConfigurationText().Set(key.Path, form).Set("restore.unknown", "1").ToString()), $"{key.Path}: {form}");
            }
        }
    }

    [Fact]
    public void A_file_cut_off_or_damaged_anywhere_shows_no_secret()
    {
        var text = new ConfigurationText()
            .Set("storage.backend", "s3").Set("storage.bucket", "b").Set("storage.access_key", Secret).Set("storage.secret_key", Secret)
            .Set("target.security.security_protocol", "SASL_SSL").Set("target.security.sasl_mechanism", "PLAIN")
            .Set("target.security.sasl_username", Secret).Set("target.security.sasl_password", $"'{Secret}'")
            .ToString();
        for (var at = 0; at < text.Length; at++)
        {
            AssertHidden(Read(text[..at]), text[..at]);
            foreach (var noise in new[] { "*", "&", "!", "\"", "'", "[", "{", ": ", "\n", "${" })
            {
                // Where the noise splits the word, the whole word is nowhere to be seen anyway.
                var damaged = text.Insert(at, noise);
                AssertHidden(Read(damaged), damaged);
            }
        }
    }

    [Fact]
    public void The_text_of_the_options_shows_no_secret()
    {
        var configuration = new ConfigurationText()
            .Set("storage.backend", "s3").Set("storage.bucket", "b").Set("storage.access_key", Secret).Set("storage.secret_key", Secret).Set("storage.session_token", Secret)
            .Set("target.security.security_protocol", "SASL_SSL").Set("target.security.sasl_mechanism", "PLAIN")
            .Set("target.security.sasl_username", Secret).Set("target.security.sasl_password", Secret)
            .Set("target.client", $"{{ ssl.key.password: {Secret} }}")
            .Read().Require();

        Assert.DoesNotContain(Secret, $"{configuration} {configuration.Options} {configuration.Options.Target} {configuration.Options.Storage}", StringComparison.Ordinal);
        Assert.Equal(Secret, configuration.Options.Target.Security.Password.Reveal());
    }

    private static void AssertHidden(ConfigurationResult result, string form)
    {
        var shown = string.Join('\n', result.Problems);
        if (result.Value is null)
        {
            try
            {
                result.Require();
            }
            catch (Records.Errors.RestoreException failure)
            {
                shown += failure.Describe();
            }
        }
        else
        {
            shown += string.Join('\n', result.Value.Notices);
        }

        Assert.False(shown.Contains(Secret, StringComparison.Ordinal), $"{form}\n=>\n{shown}");
    }

    private static ConfigurationResult Read(string text) => new ConfigurationReader(
        new FakeExpansionSource { Variables = { ["VARIABLE"] = Secret }, Files = { ["/secret"] = Secret } }).Read(text, "test.yaml");
}
