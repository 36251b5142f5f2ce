using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Identity;

/// <summary>Invites people and devices.</summary>
public interface IInvitations
{
    /// <summary>
    /// Makes a one-time invitation. With <see cref="IdentityPermissions.InvitationCreate"/> on the company it invites
    /// a new person; on a person it is for a further device of theirs, or lets an imported person be claimed.
    /// </summary>
    /// <param name="permit">For one of these two.</param>
    /// <param name="wanted">What to invite to.</param>
    /// <param name="ct">Withdraws the request.</param>
    Task<Result<Invitation, IdentityRefusal>> CreateAsync(Permit permit, NewInvitation wanted, CancellationToken ct);
}

/// <summary>What to invite to.</summary>
public sealed record NewInvitation
{
    /// <summary>The role of a new or claimed person; ignored for a further device.</summary>
    public Role Role { get; init; } = Role.Member;

    /// <summary>The new person's name; empty lets them choose. Ignored when the permit names a person.</summary>
    public string PersonName { get; init; } = string.Empty;

    /// <summary>Whom to mail it to, beside giving it back; empty mails nobody.</summary>
    public string MailAddress { get; init; } = string.Empty;

    /// <summary>How long it is good, one minute to 30 days; null takes the default.</summary>
    public TimeSpan? Lifetime { get; init; }
}

/// <summary>An invitation just made; to be shown once.</summary>
public sealed record Invitation
{
    /// <summary>Address, server key and code in one.</summary>
    public required InvitationLink Link { get; init; }

    /// <summary>Until when it is good.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
