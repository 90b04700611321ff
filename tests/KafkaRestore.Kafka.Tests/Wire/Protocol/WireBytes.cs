using System.Text;
using KafkaRestore.Kafka.Wire.Protocol;

namespace KafkaRestore.Kafka.Tests.Wire.Protocol;

/// <summary>Bytes written down by hand: hexadecimal, spaces as one likes, ASCII between single quotes.</summary>
internal static class WireBytes
{
    public static byte[] Of(string written)
    {
        var bytes = new List<byte>();
        var parts = written.Split('\'');
        for (var i = 0; i < parts.Length; i++)
        {
            bytes.AddRange(i % 2 == 1 ? Encoding.ASCII.GetBytes(parts[i]) : Convert.FromHexString(string.Concat(parts[i].Where(static c => !char.IsWhiteSpace(c)))));
        }

        return [.. bytes];
    }

    /// <summary>The request's body, attachments included.</summary>
    public static byte[] Body<T>(Request<T> request, short version)
    {
        using var writer = new WireWriter { Flexible = request.Api.IsFlexible(version) };
        request.Write(writer, version);
        var bytes = writer.Pieces().SelectMany(static piece => piece.ToArray()).ToArray();
        Assert.Equal(writer.Length, bytes.Length);
        return bytes;
    }

    /// <summary>The request in that version has exactly those bytes.</summary>
    public static void AssertWritten<T>(Request<T> request, short version, string expected) =>
        Assert.Equal(Convert.ToHexString(Of(expected)), Convert.ToHexString(Body(request, version)));

    /// <summary>Reads an answer and insists that nothing is left of it.</summary>
    public static T Read<T>(Request<T> request, short version, string answer) => Read(request, version, Of(answer));

    /// <inheritdoc cref="Read{T}(Request{T},short,string)"/>
    public static T Read<T>(Request<T> request, short version, byte[] answer)
    {
        var reader = new WireReader(answer, request.Api.IsFlexible(version));
        var response = request.Read(ref reader, version);
        Assert.Equal(0, reader.Remaining);
        return response;
    }
}
