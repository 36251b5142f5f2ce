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
    /// <param name="origin">Where the device connects from, for limits and the record.</param>
    /// <param name="ct">Withdraws the request; a sign-in that is committed stays recorded.</param>
    ValueTask<SignedInDevice?> SignInAsync(KeyBundle keys, LinkOrigin origin, CancellationToken ct);

    /// <summary>Enrols a new device with a one-time code; null when the code is unknown, used or expired, or a name breaks its bounds.</summary>
    /// <param name="keys">The device's keys; both signatures were verified.</param>
    /// <param name="join">What the device asks for.</param>
    /// <param name="origin">Where the device connects from: attempts are limited by address.</param>
    /// <param name="ct">Withdraws the request; an enrolment that is committed stays.</param>
    ValueTask<SignedInDevice?> JoinAsync(KeyBundle keys, Join join, LinkOrigin origin, CancellationToken ct);

    /// <summary>
    /// Records a peer that broke the protocol or failed to prove itself, and was closed for it. Called off the connection's path; how
    /// many are recorded is the implementation's to bound.
    /// </summary>
    /// <param name="device">The device, when it had signed in; else a subject of kind none.</param>
    /// <param name="offence">What it did, in a word: <c>unproven</c>, <c>malformed</c>, <c>record</c>, <c>frame</c>.</param>
    /// <param name="origin">Where it connects from.</param>
    /// <param name="ct">Withdraws the record.</param>
    ValueTask ReportAsync(Subject device, string offence, LinkOrigin origin, CancellationToken ct);
}

/// <summary>Where a link comes from.</summary>
/// <param name="Remote">The peer's address; null where the transport has none.</param>
/// <param name="Binding">What ties the link to its TLS channel.</param>
public readonly record struct LinkOrigin(IPAddress? Remote, LinkBinding Binding);

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
}
