using KafkaRestore.Engine.Preflight.Facts;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Engine.Preflight;

/// <summary>One check before the first write. Changes nothing.</summary>
internal interface IPreflightCheck
{
    /// <summary>Runs it.</summary>
    /// <exception cref="RestoreException">What it needs to know cannot be had.</exception>
    ValueTask<IEnumerable<Finding>> RunAsync(PreflightContext context, CancellationToken cancellationToken);
}

/// <summary>A check of what was asked for and what the manifest says.</summary>
internal abstract class PlanCheck : IPreflightCheck
{
    /// <inheritdoc/>
    public ValueTask<IEnumerable<Finding>> RunAsync(PreflightContext context, CancellationToken cancellationToken) => new(Find(context));

    /// <summary>What it finds.</summary>
    protected abstract IEnumerable<Finding> Find(PreflightContext context);
}

/// <summary>A check of what the target says.</summary>
internal abstract class TargetCheck : IPreflightCheck
{
    /// <inheritdoc/>
    public async ValueTask<IEnumerable<Finding>> RunAsync(PreflightContext context, CancellationToken cancellationToken) =>
        Find(context, await context.TargetAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>What it finds.</summary>
    protected abstract IEnumerable<Finding> Find(PreflightContext context, TargetFacts target);
}
