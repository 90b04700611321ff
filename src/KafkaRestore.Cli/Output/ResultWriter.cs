using System.Text;
using KafkaRestore.Records.Errors;

namespace KafkaRestore.Cli.Output;

/// <summary>
/// Writes a command's result to stdout. A reader that went away (<c>| head</c>) is no failure; a full disk is.
/// </summary>
internal sealed class ResultWriter(ConsoleStyle style)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Stream _stdout = new Checked(Console.OpenStandardOutput());

    /// <summary>Whether stdout takes colours.</summary>
    public ConsoleStyle Style => style;

    /// <summary>Where large results are streamed to; failures are those of <see cref="Write"/>.</summary>
    public Stream Stream => _stdout;

    /// <summary>Writes text as it is.</summary>
    /// <exception cref="RestoreException">OUTPUT_NOT_WRITTEN.</exception>
    public void Write(string text)
    {
        _stdout.Write(Utf8.GetBytes(text));
        _stdout.Flush();
    }

    /// <summary>Writes an object as JSON or YAML, or whatever <paramref name="text"/> makes of it.</summary>
    /// <exception cref="RestoreException">OUTPUT_NOT_WRITTEN.</exception>
    public void Write<T>(T value, OutputFormat format, Func<T, string> text)
    {
        switch (format)
        {
            case OutputFormat.Json:
                _stdout.Write(JsonOutput.Serialize(value));
                _stdout.Write("\n"u8);
                _stdout.Flush();
                break;
            case OutputFormat.Yaml:
                WriteYaml(JsonOutput.Serialize(value));
                break;
            default:
                Write(text(value));
                break;
        }
    }

    /// <summary>Writes a JSON document as YAML of the same shape.</summary>
    /// <exception cref="RestoreException">OUTPUT_NOT_WRITTEN.</exception>
    public void WriteYaml(byte[] json)
    {
        using var yaml = new YamlWriter(_stdout);
        DocumentPump.Write(json, yaml);
    }

    /// <summary>Turns what the system says into a failure that names stdout.</summary>
    private sealed class Checked(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                // The runtime takes a closed pipe for a success, and reports everything else.
                inner.Write(buffer);
            }
            catch (IOException failure)
            {
                throw new RestoreException(ErrorCodes.OutputNotWritten, $"the result could not be written: {failure.Message}", "stdout", inner: failure);
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
