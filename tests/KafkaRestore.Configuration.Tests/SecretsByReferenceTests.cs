using KafkaRestore.Configuration.Tests.Support;

namespace KafkaRestore.Configuration.Tests;

/// <summary>A file that is kept and shown to others: a secret is the name of a variable or a file, and nothing else.</summary>
public sealed class SecretsByReferenceTests
{
    private static readonly string[] Keys = ["storage.secret_key", "storage.session_token", "target.security.sasl_password"];

    private static readonly FakeExpansionSource Known = new() { Variables = { ["SECRET"] = "s3cr3tW0rd" }, Files = { ["/secret"] = "s3cr3tW0rd\n" } };

    public static TheoryData<string, string> References => Cases(["${SECRET}", "'${SECRET}'", "${file:/secret}"]);

    public static TheoryData<string, string> Written => Cases(["written-out", "${SECRET:-written-out}", "x${SECRET}", "${SECRET}${SECRET}", "$${SECRET}"]);

    [Theory]
    [MemberData(nameof(References))]
    public void A_secret_by_reference_is_taken(string path, string value) => Assert.DoesNotContain(Read(path, value).Problems, problem => problem.What.Contains("written out", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Written))]
    public void A_secret_that_is_written_out_even_in_part_is_refused(string path, string value) => Assert.Contains(Read(path, value).Problems, problem => problem.What.Contains("written out", StringComparison.Ordinal));

    [Fact]
    public void What_a_reference_stands_for_is_what_is_used()
    {
        var text = new ConfigurationText().Set("storage.backend", "s3").Set("storage.bucket", "b").Set("storage.access_key", "me").Set("storage.secret_key", "${SECRET}");

        var storage = Assert.IsType<Archive.Storage.S3StorageOptions>(new ConfigurationReader(Known, secretsByReference: true).Read(text.ToString(), "test.yaml").Require().Options.Storage);

        Assert.Equal("s3cr3tW0rd", storage.SecretKey.Reveal());
    }

    private static TheoryData<string, string> Cases(IEnumerable<string> values)
    {
        var cases = new TheoryData<string, string>();
        foreach (var value in values)
        {
            foreach (var key in Keys)
            {
                cases.Add(key, value);
            }
        }

        return cases;
    }

    private static ConfigurationResult Read(string path, string value)
    {
        var text = new ConfigurationText().Set(path, value);
        if (path.StartsWith("storage.", StringComparison.Ordinal))
        {
            text.Set("storage.backend", "s3").Set("storage.bucket", "b").Set("storage.access_key", "me");
        }

        return new ConfigurationReader(Known, secretsByReference: true).Read(text.ToString(), "test.yaml");
    }
}
