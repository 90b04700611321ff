using KafkaRestore.Deploy.Tests.Support;

namespace KafkaRestore.Deploy.Tests;

public sealed class YamlTests
{
    public static TheoryData<string> Files => [.. Repository.YamlFiles];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_is_yaml_and_has_no_key_twice(string file) => Assert.NotEmpty(Repository.Document(file).Entries);

    [Fact]
    public void A_key_that_stands_twice_would_be_found()
    {
        var stream = new YamlDotNet.RepresentationModel.YamlStream();
        using var reader = new StringReader("a: 1\na: 2\n");

        Assert.Throws<YamlDotNet.Core.YamlException>(() => stream.Load(reader));
    }
}
