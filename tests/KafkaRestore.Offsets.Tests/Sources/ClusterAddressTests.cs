using KafkaRestore.Offsets.Sources;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Offsets.Tests.Sources;

public sealed class ClusterAddressTests
{
    [Theory]
    [InlineData("groups.json")]
    [InlineData("s3://bucket/groups.json")]
    [InlineData("kafka")]
    [InlineData("kafka/groups.json")]
    public void A_file_or_an_object_is_no_cluster(string address) => Assert.Null(ClusterAddress.TryParse(address));

    [Theory]
    [InlineData("kafka://a:9092", "a:9092", null)]
    [InlineData("KAFKA://a:9092, [::1]:9093,", "a:9092 [::1]:9093", null)]
    [InlineData("kafka://a:9092?config=conf/source.yaml", "a:9092", "conf/source.yaml")]
    [InlineData("kafka://?config=/etc/my%20source.yaml", "", "/etc/my source.yaml")]
    public void Brokers_and_the_file_that_says_how_to_log_in_are_read(string address, string brokers, string? file)
    {
        var cluster = ClusterAddress.TryParse(address)!;

        Assert.Equal((brokers, file, false), (string.Join(' ', cluster.BootstrapServers), cluster.ConfigurationFile, cluster.IsTarget));
    }

    [Fact]
    public void The_target_is_meant_by_a_word() => Assert.True(ClusterAddress.TryParse("kafka://target")!.IsTarget);

    [Theory]
    [InlineData("kafka:a:9092")]
    [InlineData("kafka://")]
    [InlineData("kafka://a")]
    [InlineData("kafka://a:0")]
    [InlineData("kafka://:9092")]
    [InlineData("kafka://a:9092/orders")]
    [InlineData("kafka://a:9092,b")]
    [InlineData("kafka://a:9092?")]
    [InlineData("kafka://a:9092?config=")]
    [InlineData("kafka://a:9092?group=billing")]
    [InlineData("kafka://target?config=source.yaml")]
    public void Another_form_is_refused_with_those_that_there_are(string address)
    {
        var failure = Assert.Throws<RestoreException>(() => ClusterAddress.TryParse(address));

        Assert.Equal((ErrorCodes.ConfigInvalid, address), (failure.Code, failure.Where));
        Assert.Contains("kafka://host:port", failure.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kafka://user:hunter2@a:9092")]
    [InlineData("kafka:user:hunter2@a")]
    public void A_password_in_an_address_is_refused_and_not_repeated(string address) =>
        Assert.DoesNotContain("hunter2", Assert.Throws<RestoreException>(() => ClusterAddress.TryParse(address)).Describe(), StringComparison.Ordinal);
}
