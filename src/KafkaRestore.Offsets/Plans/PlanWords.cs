using KafkaRestore.Engine.OffsetMaps.Translation;

namespace KafkaRestore.Offsets.Plans;

/// <summary>Words of plans for people and files.</summary>
public static class PlanWords
{
    /// <summary>A label.</summary>
    public static string Of(TranslationLabel label) => label switch
    {
        TranslationLabel.Exact => "exact",
        TranslationLabel.Bounded => "bounded",
        _ => "approximate",
    };

    /// <summary>The label of a word; null for a word that is none.</summary>
    internal static TranslationLabel? LabelOf(string word) => word switch
    {
        "exact" => TranslationLabel.Exact,
        "bounded" => TranslationLabel.Bounded,
        "approximate" => TranslationLabel.Approximate,
        _ => null,
    };
}
