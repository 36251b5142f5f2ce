using Rivet.Kernel;

namespace Rivet.Identity;

/// <summary>A new administrator by the word of the machine's owner, when no administrator can be reached any more.</summary>
public interface IAdministratorRecovery
{
    /// <summary>
    /// Makes a one-time invitation, good for 24 hours, by which a person becomes, or is again, administrator on one further device. It is recorded in the company's
    /// security log and stands on the status page; it voids an earlier one that was not used, and touches nobody else. There is no permit: to be asked by
    /// a program that whoever owns the root key runs, never by a request.
    /// </summary>
    /// <param name="person">The name or handle of somebody known; of a new person, the name.</param>
    /// <param name="isNew">Whether the person is new. A name that nobody has never becomes a new person by itself.</param>
    /// <param name="ct">Withdraws the request; what is committed stays.</param>
    Task<Result<RecoveryInvitation, RecoveryRefusal>> InviteAsync(string person, bool isNew, CancellationToken ct);
}

/// <summary>An invitation just made; to be shown once.</summary>
/// <param name="Invitation">Address, server key and code in one.</param>
/// <param name="Name">The person's name.</param>
/// <param name="Handle">The handle of somebody known; null for a new person.</param>
public sealed record RecoveryInvitation(Invitation Invitation, string Name, string? Handle);

/// <summary>Why there is none.</summary>
public enum RecoveryRefusal
{
    /// <summary>The server has no company yet: its start prints the administrator code.</summary>
    NoCompany = 1,

    /// <summary>Nobody has this name or handle.</summary>
    NobodySo = 2,

    /// <summary>Several people have this name: a handle is needed.</summary>
    SeveralSo = 3,

    /// <summary>The person is suspended.</summary>
    Suspended = 4,

    /// <summary>The name is empty, too long, or holds characters that no name has.</summary>
    InvalidName = 5,

    /// <summary>The vault cannot open names: the root is another's, or a key was destroyed.</summary>
    Unavailable = 6,
}
