using System.Buffers.Binary;
using System.Text;

namespace KafkaRestore.Fuzz.Wire;

/// <summary>Writes random values as an <see cref="AnswerShape"/> wants them. Knows nothing of the client's own writer.</summary>
internal sealed class AnswerWriter(Random random, short version, bool flexible)
{
    private static readonly short[] s_errors = [-1, 1, 3, 6, 14, 15, 16, 45, 47, 51, 67, 87, 90, 103];
    private static readonly string[] s_texts = ["", "t", "topic-1", "grüße", "a\0b", new('x', 200)];

    private readonly List<byte> _bytes = [];

    public byte[] ToBytes() => [.. _bytes];

    public void Structure(IReadOnlyList<AnswerShape.Field> fields)
    {
        foreach (var field in fields.Where(field => field.Kind != "<" && field.IsIn(version)))
        {
            Value(field);
        }

        if (flexible)
        {
            Tags([.. fields.Where(field => field.Kind == "<" && field.IsIn(version) && random.Next(2) == 0)]);
        }
    }

    private void Value(AnswerShape.Field field)
    {
        switch (field.Kind)
        {
            case "bool":
                _bytes.Add((byte)random.Next(2));
                break;
            case "i8":
                _bytes.Add((byte)random.Next(256));
                break;
            case "i16":
                Int16((short)random.Next(short.MinValue, short.MaxValue + 1));
                break;
            case "i32":
                Int32(random.Next(4) == 0 ? random.Next(int.MinValue, int.MaxValue) : random.Next(10));
                break;
            case "i64":
                Int64(random.Next(4) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : random.Next(-1, 1000));
                break;
            case "uuid":
                Int64(random.NextInt64());
                Int64(random.NextInt64());
                break;
            case "error":
                Int16(random.Next(3) == 0 ? s_errors[random.Next(s_errors.Length)] : (short)0);
                break;
            case "broker":
                Int32(random.Next(100));
                Text("broker-7.example");
                Int32(random.Next(1, 65_536));
                break;
            case "s":
                Text(s_texts[random.Next(s_texts.Length)]);
                break;
            case "s?":
                Text(random.Next(3) == 0 ? null : s_texts[random.Next(s_texts.Length)]);
                break;
            case "bytes":
                var bytes = new byte[random.Next(3) == 0 ? random.Next(300) : random.Next(3)];
                random.NextBytes(bytes);
                Length(bytes.Length);
                _bytes.AddRange(bytes);
                break;
            case "i32*":
                var numbers = random.Next(4);
                Length(numbers);
                for (; numbers > 0; numbers--)
                {
                    Int32(random.Next(100));
                }

                break;
            case "s*":
                var texts = random.Next(4);
                Length(texts);
                for (; texts > 0; texts--)
                {
                    Text(s_texts[random.Next(s_texts.Length)]);
                }

                break;
            case "records?":
                var records = random.Next(3) == 0 ? null : RecordBatches.Generate(random, random.Next(3));
                Length(records?.Length ?? -1);
                _bytes.AddRange(records ?? []);
                break;
            case "(":
                Structure(field.Parts);
                break;
            case "[" or "[?":
                var count = field.Kind == "[?" && random.Next(4) == 0 ? -1 : random.Next(30) == 0 ? 20 : random.Next(4);
                Length(count);
                for (; count > 0; count--)
                {
                    Structure(field.Parts);
                }

                break;
            default:
                throw new ArgumentException($"'{field.Kind}' is no kind of field", nameof(field));
        }
    }

    private void Tags(List<AnswerShape.Field> known)
    {
        var unknown = random.Next(4) == 0 ? random.Next(1, 4) : 0;
        VarInt((uint)(known.Count + unknown));
        foreach (var field in known)
        {
            var inner = new AnswerWriter(random, version, flexible);
            inner.Structure(field.Parts);
            VarInt(field.Tag);
            VarInt((uint)inner._bytes.Count);
            _bytes.AddRange(inner._bytes);
        }

        for (var i = 0; i < unknown; i++)
        {
            var bytes = new byte[random.Next(5)];
            random.NextBytes(bytes);
            VarInt((uint)(100 + (i * 100)));
            VarInt((uint)bytes.Length);
            _bytes.AddRange(bytes);
        }
    }

    private void Text(string? text)
    {
        var bytes = text is null ? [] : Encoding.UTF8.GetBytes(text);
        var length = text is null ? -1 : bytes.Length;
        if (flexible)
        {
            VarInt((uint)(length + 1));
        }
        else
        {
            Int16((short)length);
        }

        _bytes.AddRange(bytes);
    }

    private void Length(int length)
    {
        if (flexible)
        {
            VarInt((uint)(length + 1));
        }
        else
        {
            Int32(length);
        }
    }

    private void VarInt(uint value)
    {
        for (; value > 0x7F; value >>= 7)
        {
            _bytes.Add((byte)(value | 0x80));
        }

        _bytes.Add((byte)value);
    }

    private void Int16(short value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteInt16BigEndian(bytes, value);
        _bytes.AddRange(bytes);
    }

    private void Int32(int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        _bytes.AddRange(bytes);
    }

    private void Int64(long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        _bytes.AddRange(bytes);
    }
}
