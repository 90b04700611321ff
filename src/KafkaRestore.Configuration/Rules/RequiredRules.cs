using KafkaRestore.Configuration.Binding;

namespace KafkaRestore.Configuration.Rules;

/// <summary>Keys without which nothing can start.</summary>
internal static class RequiredRules
{
    public static void Check(BindingContext context)
    {
        context.Missing("mode", "Add mode: restore.");
        context.Missing("backup_id", "Add backup_id: the archive's id, as `kafka-restore list` shows it.");
        if (Section("target", "Add the cluster that is restored into.", context))
        {
            context.Missing("target.bootstrap_servers", "Add a list of host:port.");
        }

        if (Section("storage", "Add where the archive lives.", context))
        {
            context.Missing("storage.backend", "Add backend: s3 or backend: filesystem.");
        }
    }

    private static bool Section(string path, string hint, BindingContext context)
    {
        context.Missing(path, hint);
        return context.IsSet(path);
    }
}
