using System.Diagnostics.CodeAnalysis;

namespace Rivet.Kernel;

/// <summary>
/// The outcome of an operation that may be refused: a value or a refusal, never both.
/// An expected refusal travels as a value; a bug travels as an exception.
/// </summary>
/// <typeparam name="T">What the operation gives.</typeparam>
/// <typeparam name="TRefusal">Why it may say no; a type of the module that refuses.</typeparam>
public readonly struct Result<T, TRefusal>
    where TRefusal : notnull
{
    private readonly T? value;
    private readonly TRefusal? refusal;
    private readonly bool isOk;

    private Result(T? value, TRefusal? refusal, bool isOk)
    {
        this.value = value;
        this.refusal = refusal;
        this.isOk = isOk;
    }

    /// <summary>Whether the operation gave a value. <c>default</c> counts as refused.</summary>
    public bool IsOk => isOk;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">The operation was refused.</exception>
    public T Value => isOk ? value! : throw new InvalidOperationException($"Refused: {refusal}");

    /// <summary>The refusal.</summary>
    /// <exception cref="InvalidOperationException">The operation was not refused.</exception>
    public TRefusal Refusal => !isOk && refusal is not null
        ? refusal
        : throw new InvalidOperationException("The result holds no refusal.");

    /// <summary>Takes the value, or else the refusal.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T result, [MaybeNullWhen(true)] out TRefusal why)
    {
        result = value;
        why = refusal;
        return isOk;
    }

    /// <summary>Wraps a value.</summary>
    public static implicit operator Result<T, TRefusal>(T value) => new(value, default, isOk: true);

    /// <summary>Wraps a refusal.</summary>
    public static implicit operator Result<T, TRefusal>(TRefusal refusal) => new(default, refusal, isOk: false);
}

/// <summary>The value of an operation that gives nothing but its success.</summary>
public readonly record struct Done
{
    /// <summary>The one value.</summary>
    public static Done Value => default;
}
