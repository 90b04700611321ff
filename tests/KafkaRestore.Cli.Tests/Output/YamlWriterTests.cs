using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Cli.Output;
using KafkaRestore.Cli.Tests.Support;

namespace KafkaRestore.Cli.Tests.Output;

public sealed class YamlWriterTests
{
    [Fact]
    public void Whatever_is_written_is_read_back_equal() =>
        Prop.ForAll(Nodes(3).ToArbitrary(), json =>
        {
            var yaml = Write(json);
            return JsonElement.DeepEquals(JsonShape.Parse(json), YamlAsJson.Parse(yaml)).Label($"{json}\n{yaml}");
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("null")]
    [InlineData("True")]
    [InlineData("no")]
    [InlineData("12")]
    [InlineData("1e3")]
    [InlineData("0x1F")]
    [InlineData("2026-01-01")]
    [InlineData("")]
    [InlineData(" x")]
    [InlineData("x ")]
    [InlineData("- x")]
    [InlineData("a: b")]
    [InlineData("a #b")]
    [InlineData("*.a")]
    [InlineData("~")]
    [InlineData("\u001b[0m")]
    [InlineData("line\nbreak")]
    [InlineData("\"quoted\" \\ back")]
    public void Text_that_could_mean_something_else_is_quoted(string text)
    {
        var yaml = Write(JsonSerializer.Serialize(new { value = text }));
        Assert.StartsWith("value: \"", yaml, StringComparison.Ordinal);
        Assert.Equal(text, YamlAsJson.Parse(yaml).GetProperty("value").GetString());
    }

    [Fact]
    public void The_layout_is_that_of_the_existing_program()
    {
        const string Json = """{"a":{"b":[1,2],"c":[],"d":{}},"e":[{"f":null,"g":[[true]]}]}""";
        Assert.Equal("a:\n  b:\n  - 1\n  - 2\n  c: []\n  d: {}\ne:\n- f: null\n  g:\n  - - true\n", Write(Json));
    }

    private static string Write(string json)
    {
        using var stream = new MemoryStream();
        using (var writer = new YamlWriter(stream))
        {
            DocumentPump.Write(Encoding.UTF8.GetBytes(json), writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static Gen<string> Nodes(int depth)
    {
        var text = ArbMap.Default.GeneratorFor<NonNull<string>>().Select(value => JsonValue.Create(Clean(value.Get)).ToJsonString());
        var leaf = Gen.OneOf(text, Gen.Choose(-1000, 1000).Select(number => $"{number}"), Gen.Elements("null", "true", "false"));
        if (depth == 0)
        {
            return leaf;
        }

        var inner = Nodes(depth - 1);
        var array = inner.ListOf().Select(items => $"[{string.Join(',', items.Take(4))}]");
        var members = inner.ListOf().Select(items => $"{{{string.Join(',', items.Take(4).Select((item, i) => $"\"key {i}\":{item}"))}}}");
        return Gen.OneOf(leaf, array, members);
    }

    // Half of a surrogate pair is no text.
    private static string Clean(string text) => new([.. text.Where(c => !char.IsSurrogate(c))]);
}
