using Orleans.Serialization;

namespace KafkaRestore.Cluster.Messages;

/// <summary>Lets silos name the types of <see cref="Json{T}"/> to each other. Nothing is made of such a name: the content is read as what the call declares.</summary>
internal sealed class MessageTypes : ITypeNameFilter
{
    /// <inheritdoc/>
    public bool? IsTypeNameAllowed(string typeName, string assemblyName) =>
        typeName.StartsWith("KafkaRestore.", StringComparison.Ordinal) || typeName.StartsWith("System.Collections.Generic.I", StringComparison.Ordinal) ? true : null;
}
