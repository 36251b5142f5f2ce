using System.Net;
using Rivet.Cryptography;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Hosting.Link;

/// <summary>
/// Knows devices; implemented by Identity. It is asked only after the device proved its identity key over the
/// transcript. Whatever the cause, the device learns only that it was refused; the cause goes to the audit log.
/// </summary>
public interface IDeviceAuthority
{
    /// <summary>Signs a known device in; null when it is unknown, signed out or its person suspended.</summary>
    /// <param name="keys">The device's keys; both signatures were verified.</param>
    /// <param name="remote">Where the device connects from, for limits and the record; null where the transport has no address.</param>
    /// <param name="ct">Withdraws the request; a sign-in that is committed stays recorded.</param>
    ValueTask<SignedInDevice?> SignInAsync(KeyBundle keys, IPAddress? remote, CancellationToken ct);

    /// <summary>Enrols a new device with a one-time code; null when the code is unknown, used or expired, or a name breaks its bounds.</summary>
    /// <param name="keys">The device's keys; both signatures were verified.</param>
    /// <param name="join">What the device asks for.</param>
    /// <param name="remote">Where the device connects from: attempts are limited by address; null where the transport has none.</param>
    /// <param name="ct">Withdraws the request; an enrolment that is committed stays.</param>
    ValueTask<SignedInDevice?> JoinAsync(KeyBundle keys, Join join, IPAddress? remote, CancellationToken ct);
}

/// <summary>A device that may use the link.</summary>
public sealed record SignedInDevice
{
    /// <summary>Company, person and device.</summary>
    public required Subject Subject { get; init; }

    /// <summary>The company's name.</summary>
    public required string CompanyName { get; init; }

    /// <summary>The person's name.</summary>
    public required string PersonName { get; init; }

    /// <summary>The person's role.</summary>
    public required Role Role { get; init; }
}

/// <summary>The server's own identity; implemented by Identity over the vault.</summary>
public interface IServerIdentity
{
    /// <summary>The public keys the server shows; the identity key is what invitations pin.</summary>
    ValueTask<KeyBundle> GetKeysAsync(CancellationToken ct);

    /// <summary>
    /// The static key of <see cref="GetKeysAsync"/>, for the agreement of every link; null while the vault is unavailable. It
    /// stays the implementation's, which keeps it in locked memory.
    /// </summary>
    ValueTask<IKeyAgreement?> GetStaticAsync(CancellationToken ct);

    /// <summary>Signs with the identity key; null while the vault is unavailable.</summary>
    ValueTask<byte[]?> SignAsync(ReadOnlyMemory<byte> message, CancellationToken ct);
}
