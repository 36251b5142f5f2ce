using Rivet.Hosting.Link;
using Rivet.Vault;
using Rivet.Wire;

namespace Rivet.Identity;

/// <summary>Why Identity refuses.</summary>
public enum IdentityRefusal
{
    /// <summary>The code is unknown, used, voided or expired; which of these is not told.</summary>
    CodeRefused = 1,

    /// <summary>Too many refused codes lately; try again later.</summary>
    TooManyAttempts = 2,

    /// <summary>A name is empty, longer than 100 characters, or holds control or direction characters.</summary>
    InvalidName = 3,

    /// <summary>The role is none of guest, member, administrator.</summary>
    InvalidRole = 4,

    /// <summary>A lifetime, number or text breaks its bounds.</summary>
    OutOfBounds = 5,

    /// <summary>There is no such person in the company.</summary>
    NoSuchPerson = 6,

    /// <summary>There is no such device in the company.</summary>
    NoSuchDevice = 7,

    /// <summary>The person is suspended.</summary>
    Suspended = 8,

    /// <summary>The challenge is unknown, used or expired, or the signature is not the device's.</summary>
    ChallengeRefused = 9,

    /// <summary>The device's key is enrolled already.</summary>
    KeyInUse = 10,

    /// <summary>The vault or store cannot answer; nothing was done.</summary>
    Unavailable = 11,

    /// <summary>An invitation cannot be mailed to this address.</summary>
    InvalidAddress = 12,

    /// <summary>The company sends no mail.</summary>
    NoMail = 13,

    /// <summary>The company's key is withheld; nothing is lost.</summary>
    KeyWithheld = 14,

    /// <summary>The key of what was asked for was destroyed.</summary>
    KeyDestroyed = 15,
}

internal static class IdentityRefusals
{
    /// <summary>The refusal as the wire says it.</summary>
    public static Refusal ToWire(this IdentityRefusal refusal) => refusal switch
    {
        IdentityRefusal.CodeRefused => Refusals.Denied("identity.code-refused"),
        IdentityRefusal.TooManyAttempts => new Refusal
        {
            Code = RefusalCode.TooMany, Reason = "identity.too-many-attempts", Detail = "Too many refused attempts; try again later.",
        },
        IdentityRefusal.InvalidName => Refusals.Invalid("identity.invalid-name", "A name has 1 to 100 characters and no control or direction characters."),
        IdentityRefusal.InvalidRole => Refusals.Invalid("identity.invalid-role", "The role is guest, member or administrator."),
        IdentityRefusal.OutOfBounds => Refusals.Invalid("identity.out-of-bounds", "A value of the request breaks its bounds."),
        IdentityRefusal.NoSuchPerson => Refusals.NotFound("identity.no-such-person", "There is no such person."),
        IdentityRefusal.NoSuchDevice => Refusals.NotFound("identity.no-such-device", "There is no such device."),
        IdentityRefusal.Suspended => Refusals.Conflict("identity.suspended", "The person is suspended."),
        IdentityRefusal.ChallengeRefused => Refusals.Denied("identity.challenge-refused"),
        IdentityRefusal.KeyInUse => Refusals.Conflict("identity.key-in-use", "The device's key is enrolled already."),
        IdentityRefusal.Unavailable => Refusals.Unavailable("identity.unavailable", "Nothing was done; try again later."),
        IdentityRefusal.InvalidAddress => Refusals.Invalid("identity.invalid-address", "One mail address, without a name, such as ana@example.com."),
        IdentityRefusal.NoMail => Refusals.Conflict("identity.no-mail", "This company sends no mail; an administrator sets it up first."),
        IdentityRefusal.KeyWithheld => Refusals.Unavailable("vault.withheld", "Your company's key is withheld: by its administrators, or by the company's own key service. Nothing is lost; it is readable again when the key is granted."),
        IdentityRefusal.KeyDestroyed => Refusals.Destroyed("vault.destroyed", "The key of this content was destroyed."),
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, null),
    };

    /// <summary>A name that cannot be sealed or opened leaves the request undone, whatever the vault's reason.</summary>
    public static IdentityRefusal Of(VaultRefusal refusal) => refusal switch
    {
        VaultRefusal.Unavailable => IdentityRefusal.Unavailable,
        VaultRefusal.Withheld => IdentityRefusal.KeyWithheld,
        VaultRefusal.Destroyed => IdentityRefusal.KeyDestroyed,
        _ => throw new InvalidOperationException($"The vault refused a name: {refusal}."),
    };
}
