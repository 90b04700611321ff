namespace KafkaRestore.Cli.Tests.Support;

/// <summary>Ways to damage one object of an archive.</summary>
internal static class DamagedArchives
{
    /// <summary>Damages a file in the named way.</summary>
    public static void Damage(string file, string way)
    {
        var bytes = File.ReadAllBytes(file);
        switch (way)
        {
            case "missing":
                File.Delete(file);
                return;
            case "truncated":
                bytes = bytes[..^10];
                break;
            case "longer":
                bytes = [.. bytes, 0];
                break;
            case "empty":
                bytes = [];
                break;
            case "flipped bit":
                bytes[bytes.Length / 2] ^= 1;
                break;
            case "wrong magic":
                bytes[0] ^= 1;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(way), way, null);
        }

        File.WriteAllBytes(file, bytes);
    }
}
