using Rivet.Kernel;

namespace Rivet.Vault;

/// <summary>
/// What dies together: the destruction scope of a data key. Destroying a scope makes every ciphertext under it
/// unreadable. Keys are never shared between scopes.
/// </summary>
/// <param name="Company">The company; empty only for the platform's own secrets.</param>
/// <param name="Application">Which part of the product, such as <c>messaging</c>.</param>
/// <param name="Period">For how long one key serves.</param>
/// <param name="Holder">A narrower scope inside the company, or <see cref="KeyHolder.Company"/>.</param>
public readonly record struct KeyScope(CompanyId Company, string Application, KeyPeriod Period, KeyHolder Holder)
{
    /// <summary>A scope of the whole company.</summary>
    public static KeyScope Of(CompanyId company, string application, KeyPeriod period) => new(company, application, period, KeyHolder.Company);
}

/// <summary>The calendar month a key serves, by the server's clock (UTC); 0 for keys without a period.</summary>
/// <param name="Month"><c>year × 12 + month − 1</c>, or 0.</param>
public readonly record struct KeyPeriod(int Month)
{
    /// <summary>No period: the key serves until it is rotated.</summary>
    public static KeyPeriod Unbounded => default;

    /// <summary>The month of a time.</summary>
    public static KeyPeriod Of(DateTimeOffset time) => new((time.UtcDateTime.Year * 12) + time.UtcDateTime.Month - 1);
}

/// <summary>Whose content a key holds inside a company.</summary>
/// <param name="Kind">Company, person or conversation.</param>
/// <param name="Id">Which one; empty for the company.</param>
public readonly record struct KeyHolder(KeyHolderKind Kind, Guid Id)
{
    /// <summary>The company as a whole.</summary>
    public static KeyHolder Company => default;

    /// <summary>One person, so that erasing them destroys one key.</summary>
    public static KeyHolder Of(PersonId person) => new(KeyHolderKind.Person, person.Value);

    /// <summary>One conversation, so that its end destroys one key.</summary>
    public static KeyHolder Of(ConversationId conversation) => new(KeyHolderKind.Conversation, conversation.Value);
}

/// <summary>The kinds of key holders.</summary>
public enum KeyHolderKind : byte
{
    /// <summary>The company as a whole.</summary>
    Company = 0,

    /// <summary>A person.</summary>
    Person = 1,

    /// <summary>A conversation.</summary>
    Conversation = 2,
}
