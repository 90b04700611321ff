using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using KafkaRestore.Engine.Selection;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Tests.Selection;

public sealed class NamePatternTests
{
    [Theory]
    [InlineData("orders", "orders", true)]
    [InlineData("orders", "Orders", false)]
    [InlineData("orders", "orders-eu", false)]
    [InlineData("orders", "my-orders", false)]
    [InlineData("*", "anything.at-all_1", true)]
    [InlineData("payments-*", "payments-", true)]
    [InlineData("payments-*", "payments-v1.eu", true)]
    [InlineData("payments-*", "payments", false)]
    [InlineData("*-events", "user-events", true)]
    [InlineData("*-events", "user-events-2", false)]
    [InlineData("??-topic", "us-topic", true)]
    [InlineData("??-topic", "u-topic", false)]
    [InlineData("a*b*c", "a1b2b3c", true)]
    [InlineData("a*b*c", "a1c2b", false)]
    [InlineData("**", "x", true)]
    [InlineData("?*", "x", true)]
    [InlineData("*?", "x", true)]
    public void A_glob_covers_the_whole_name(string pattern, string topic, bool expected) =>
        Assert.Equal(expected, NamePattern.Parse(pattern).IsMatch(topic));

    [Theory]
    [InlineData("a.c", "abc")]
    [InlineData("a[bc]", "ab")]
    [InlineData("{a,b}", "a")]
    [InlineData("a+", "aa")]
    [InlineData("^a$", "a")]
    [InlineData("\\*", "*")]
    public void All_but_star_and_question_mark_is_literal_in_a_glob(string pattern, string topic)
    {
        Assert.False(NamePattern.Parse(pattern).IsMatch(topic));
        Assert.True(NamePattern.Parse(pattern).IsMatch(pattern));
    }

    [Theory]
    [InlineData("~orders-\\d+", "orders-12", true)]
    [InlineData("~orders-\\d+", "my-orders-12-eu", true)]
    [InlineData("~orders-\\d+", "orders-x", false)]
    [InlineData("~ORDERS", "orders", false)]
    [InlineData("~(?i)ORDERS", "orders", true)]
    [InlineData("~^(payments|billing)$", "billing", true)]
    [InlineData("~^(payments|billing)$", "billing-2", false)]
    [InlineData("~^orders-(?!test)", "orders-live", true)]
    [InlineData("~^orders-(?!test)", "orders-test", false)]
    [InlineData("~^(a+)-\\1$", "aa-aa", true)]
    [InlineData("~^(a+)-\\1$", "aa-a", false)]
    public void After_a_tilde_stands_an_unanchored_regular_expression(string pattern, string topic, bool expected) =>
        Assert.Equal(expected, NamePattern.Parse(pattern).IsMatch(topic));

    [Theory]
    [InlineData("~[a-")]
    [InlineData("~(orders")]
    [InlineData("~*")]
    [InlineData("~a{2,1}")]
    [InlineData("~\\")]
    public void An_invalid_regular_expression_is_refused_by_name(string pattern)
    {
        var failure = Assert.Throws<RestoreException>(() => NamePattern.Parse(pattern));

        Assert.Same(ErrorCodes.ConfigInvalid, failure.Code);
        Assert.Contains(pattern, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("~")]
    public void An_empty_pattern_is_refused(string pattern) =>
        Assert.Same(ErrorCodes.ConfigInvalid, Assert.Throws<RestoreException>(() => NamePattern.Parse(pattern)).Code);

    [Fact]
    public void A_pattern_beyond_the_limit_is_refused()
    {
        Assert.True(NamePattern.Parse(new string('a', NamePattern.MaxLength)).IsLiteral);
        Assert.Throws<RestoreException>(() => NamePattern.Parse(new string('a', NamePattern.MaxLength + 1)));
    }

    [Fact]
    public void A_regular_expression_that_explodes_is_an_error_and_not_a_hang()
    {
        // The back reference rules the linear matcher out; the repetition makes the other one exponential.
        var pattern = NamePattern.Parse("~^((a+)+)\\1b$");

        var failure = Assert.Throws<RestoreException>(() => pattern.IsMatch(new string('a', 249)));

        Assert.Same(ErrorCodes.ConfigInvalid, failure.Code);
        Assert.Contains(pattern.Text, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_nested_repetition_without_back_references_is_matched_at_once() =>
        Assert.False(NamePattern.Parse("~^(a+)+$").IsMatch(new string('a', 248) + "b"));

    [Fact]
    public void A_glob_of_many_stars_ends()
    {
        var pattern = NamePattern.Parse(string.Concat(Enumerable.Repeat("*a", 400)) + "*b");

        Assert.False(pattern.IsMatch(new string('a', 249)));
        Assert.False(pattern.IsMatch(new string('a', 100_000)));
    }

    [Theory]
    [InlineData("orders", true)]
    [InlineData("__consumer_offsets", true)]
    [InlineData("orders*", false)]
    [InlineData("order?", false)]
    [InlineData("~^orders$", false)]
    public void Only_a_plain_name_is_literal(string pattern, bool expected) =>
        Assert.Equal(expected, NamePattern.Parse(pattern).IsLiteral);

    [Fact]
    public void A_glob_agrees_with_the_same_pattern_as_a_regular_expression()
    {
        var alphabet = Gen.Elements('a', 'b', '.', '*', '?');
        var pattern = Gen.Select(Gen.NonEmptyListOf(alphabet), letters => string.Concat(letters));
        var name = Gen.Select(Gen.ListOf(Gen.Elements('a', 'b', '.')), letters => string.Concat(letters));

        Prop.ForAll(Arb.From(pattern), Arb.From(name), (glob, topic) =>
        {
            var regex = new StringBuilder("^");
            foreach (var letter in glob)
            {
                regex.Append(letter switch { '*' => ".*", '?' => ".", _ => Regex.Escape(letter.ToString()) });
            }

            var expected = Regex.IsMatch(topic, regex.Append("\\z").ToString(), RegexOptions.NonBacktracking);
            return NamePattern.Parse(glob).IsMatch(topic) == expected;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }
}
