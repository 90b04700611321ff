using KafkaRestore.Configuration.Binding;
using KafkaRestore.Engine.Options;

namespace KafkaRestore.Configuration.Rules;

/// <summary>What the keys of preparing the target say together.</summary>
internal static class PreparationRules
{
    private const string ClusterType = "restore.target_cluster_type";
    private const string Profile = "restore.target_profile";
    private const string Purge = "restore.purge_topics";

    public static void Check(BindingContext context)
    {
        var preparation = context.Draft.Preparation;
        if (preparation is { ClusterType: not null, Profile: TargetProfile.None } && !context.IsBroken(Profile))
        {
            context.Contradiction(ClusterType, $"means nothing without {Profile}", $"Set {Profile}, or leave it out.");
        }

        if (preparation is { PurgeTopics: true, AppendToExisting: true })
        {
            context.Contradiction(Purge, "deletes what restore.into_existing: append keeps", "Leave one of them out.");
        }
    }
}
