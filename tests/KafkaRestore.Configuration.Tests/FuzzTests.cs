using System.Text;
using KafkaRestore.Configuration.Tests.Support;

namespace KafkaRestore.Configuration.Tests;

public sealed class FuzzTests
{
    private const int Seed = 20_250_115;

    private static readonly string[] Pieces =
    [
        "\n", "\t", " ", "  ", ":", ": ", "- ", "? ", "#", "&a ", "*a", "<<: *a", "!", "!!str ", "|", ">", "|+2\n", "\"", "'", "[", "]", "{", "}", ",", "%YAML 1.1\n", "---\n", "...\n",
        "${", "${X}", "}", "$", "\\", "\"\\u", "\"\\UFFFFFFFF\"", "\"\\xZZ\"", "\0", "\uFEFF", "\uD800", "\uE000", "\u0085", "\u2028", "null", "~", "yes", "0", "-1", "1e999", "9223372036854775808",
        "restore:", "restore: {}", "source: ", "topic_mapping: ",
    ];

    [Fact]
    public void Random_damage_never_throws_and_always_ends()
    {
        var random = new Random(Seed);
        var source = new FakeExpansionSource { Variables = { ["TEST_PASSWORD"] = "p", ["X"] = "1" } };
        for (var round = 0; round < 4_000; round++)
        {
            var text = new StringBuilder(Fixture.Complete);
            for (var i = random.Next(1, 12); i > 0; i--)
            {
                Damage(text, random);
            }

            var result = Assert.IsType<ConfigurationResult>(Record(text.ToString(), source, round));
            Assert.Equal(result.Value is null, result.Problems.Count > 0);
            Assert.All(result.Problems, problem => Assert.DoesNotContain('\n', problem.ToString()));
        }
    }

    [Fact]
    public void Hostile_shapes_of_the_largest_size_end()
    {
        foreach (var piece in Pieces.Concat(["a: 1\n", "a b ", "a\n", "- - ", "\"a\": ", "'a' ", "&a *a ", "a: &a\n ", "{a: *a,", "#\n", "a:\n ", "x"]))
        {
            var text = string.Concat(Enumerable.Repeat(piece, (1 << 20) / piece.Length));
            Assert.NotEmpty(new ConfigurationReader(new FakeExpansionSource()).Read(text, "test.yaml").Problems);
            Assert.NotEmpty(new ConfigurationReader(new FakeExpansionSource()).Read(("source: [" + text)[..(1 << 20)], "test.yaml").Problems);
        }
    }

    private static object Record(string text, FakeExpansionSource source, int round)
    {
        try
        {
            return new ConfigurationReader(source).Read(text, "test.yaml");
        }
        catch (Exception failure)
        {
            return $"seed {Seed}, round {round}: {failure}\n{text}";
        }
    }

    private static void Damage(StringBuilder text, Random random)
    {
        var at = random.Next(text.Length);
        switch (random.Next(6))
        {
            case 0:
                text.Remove(at, Math.Min(random.Next(1, 20), text.Length - at));
                break;
            case 1:
                text[at] = (char)random.Next(0x20, 0x7F);
                break;
            case 2:
                text[at] = (char)random.Next(char.MaxValue);
                break;
            case 3:
                var copied = text.ToString(at, Math.Min(random.Next(1, 60), text.Length - at));
                text.Insert(random.Next(text.Length), copied);
                break;
            default:
                text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                break;
        }
    }
}
