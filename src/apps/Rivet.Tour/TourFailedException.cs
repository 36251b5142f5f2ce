namespace Rivet.Tour;

/// <summary>The product did not do what the tour expects of it.</summary>
internal sealed class TourFailedException(string message) : Exception(message);

/// <summary>What the tour expects, said where it is expected.</summary>
internal static class Expect
{
    public static void That(bool holds, string key, params object[] values)
    {
        if (!holds)
        {
            throw new TourFailedException(Words.Of(key, values));
        }
    }

    public static T Value<T, TRefusal>(this Kernel.Result<T, TRefusal> result, string doing)
        where TRefusal : notnull
        => result.TryGet(out var value, out var refusal)
            ? value
            : throw new TourFailedException(Words.Of("Refused", doing, refusal));
}
