using KafkaRestore.Engine.Preflight;

namespace KafkaRestore.Engine.Tests.Preflight;

public sealed class FindingKindTests
{
    [Fact]
    public void Every_kind_of_the_class_is_in_the_list_once()
    {
        var declared = typeof(FindingKinds).GetFields().Select(field => field.GetValue(null)).OfType<FindingKind>().ToList();

        Assert.Equal(declared.OrderBy(kind => kind.Word, StringComparer.Ordinal), FindingKinds.All.OrderBy(kind => kind.Word, StringComparer.Ordinal));
        Assert.Equal(declared.Count, declared.Select(kind => kind.Word).Distinct().Count());
    }

    [Fact]
    public void An_error_always_has_a_code_and_something_to_do() =>
        Assert.All(FindingKinds.All, kind =>
        {
            var error = kind.Error("what");
            Assert.NotNull(error.Code);
            Assert.False(string.IsNullOrEmpty(error.Remedy));
        });
}
