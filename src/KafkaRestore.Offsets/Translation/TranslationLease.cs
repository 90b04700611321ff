namespace KafkaRestore.Offsets.Translation;

/// <summary>A translation, with what must be disposed after its use.</summary>
/// <param name="translation">The translation.</param>
/// <param name="owned">What ends with it; null for nothing.</param>
public sealed class TranslationLease(IGroupTranslation translation, IDisposable? owned = null) : IDisposable
{
    /// <summary>The translation.</summary>
    public IGroupTranslation Translation => translation;

    /// <inheritdoc/>
    public void Dispose() => owned?.Dispose();
}
