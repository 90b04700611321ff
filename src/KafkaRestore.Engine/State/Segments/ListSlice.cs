using System.Collections;

namespace KafkaRestore.Engine.State.Segments;

/// <summary>Some neighbours of a list, without a copy.</summary>
internal sealed class ListSlice<T>(IReadOnlyList<T> list, int first, int count) : IReadOnlyList<T>
{
    public int Count => count;

    public T this[int index] => (uint)index < (uint)count ? list[first + index] : throw new ArgumentOutOfRangeException(nameof(index));

    public IEnumerator<T> GetEnumerator()
    {
        for (var i = 0; i < count; i++)
        {
            yield return list[first + i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
