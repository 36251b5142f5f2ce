using Rivet.Kernel;

namespace Rivet.Transit;

/// <summary>The programs outside that may use the company's keys, each by a token of its own.</summary>
public interface ITransitApplications
{
    /// <summary>Adds an application; gives the token, which is shown this once.</summary>
    /// <param name="permit">For <c>transit.manage</c> on the company.</param>
    /// <param name="name">1 to 64 characters, no control characters; no other living application of the company has the name.</param>
    /// <param name="grants">What it may do with which keys, to its own keys too. None: it may make keys, and do everything with those it made, and nothing with others'.</param>
    /// <param name="days">For how long the token is good: 1 to 3650 days.</param>
    /// <param name="ct">Withdraws it.</param>
    ValueTask<Result<string, TransitRefusal>> AddAsync(Permit permit, string name, IReadOnlyList<TransitGrant> grants, int days, CancellationToken ct);

    /// <summary>All living applications, by name; those whose token has run out too.</summary>
    ValueTask<Result<IReadOnlyList<TransitApplication>, TransitRefusal>> ListAsync(Permit permit, CancellationToken ct);

    /// <summary>Takes an application's token back: a call that was not answered before is refused. Its keys stay.</summary>
    ValueTask<Result<Done, TransitRefusal>> RemoveAsync(Permit permit, string name, CancellationToken ct);

    /// <summary>All keys of the company, by name; never their material.</summary>
    ValueTask<Result<IReadOnlyList<TransitKeyFacts>, TransitRefusal>> ListKeysAsync(Permit permit, CancellationToken ct);
}

/// <summary>Which operations are granted on which keys.</summary>
/// <param name="Pattern">A key's name, in which <c>*</c> stands for any run of characters.</param>
/// <param name="Operations">By their names, such as <c>encrypt</c>.</param>
public sealed record TransitGrant(string Pattern, IReadOnlyList<string> Operations);

/// <summary>An application as administrators see it.</summary>
/// <param name="Name">As the company calls it.</param>
/// <param name="Grants">What it may; empty for its own keys alone.</param>
/// <param name="AddedAt">Since when.</param>
/// <param name="ExpiresAt">When its token runs out.</param>
/// <param name="LastUsedAt">When it called last; null for never.</param>
public sealed record TransitApplication(string Name, IReadOnlyList<TransitGrant> Grants, DateTimeOffset AddedAt, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt);

/// <summary>A key as administrators see it.</summary>
/// <param name="Id">As the target of its events in the security log.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, such as <c>aes256-gcm96</c>.</param>
/// <param name="Owner">The application that made it; empty when that was removed.</param>
/// <param name="Latest">Its newest version.</param>
/// <param name="MinDecryption">The oldest version that still decrypts.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="RotatedAt">When its newest version was made.</param>
/// <param name="Uses">How often it was used, items of batches one by one.</param>
/// <param name="LastUsedAt">When last; null for never.</param>
public sealed record TransitKeyFacts(
    Guid Id, string Name, string Type, string Owner, int Latest, int MinDecryption, DateTimeOffset CreatedAt, DateTimeOffset RotatedAt, long Uses, DateTimeOffset? LastUsedAt);

/// <summary>Why an administrator's request is refused.</summary>
public enum TransitRefusal
{
    /// <summary>The store cannot be read or written now.</summary>
    Unavailable = 1,

    /// <summary>The security log does not keep up; nothing was changed.</summary>
    LogBehind = 2,

    /// <summary>The permit is for something else.</summary>
    WrongPermit = 3,

    /// <summary>A name is 1 to 64 characters on one line.</summary>
    NameInvalid = 4,

    /// <summary>A living application has the name.</summary>
    NameTaken = 5,

    /// <summary>There is none of the name.</summary>
    Unknown = 6,

    /// <summary>There are as many as a company may have.</summary>
    TooMany = 7,

    /// <summary>A pattern or an operation is none, or there are more than 32 grants.</summary>
    GrantInvalid = 8,

    /// <summary>A token is good for 1 to 3650 days.</summary>
    DaysInvalid = 9,
}
