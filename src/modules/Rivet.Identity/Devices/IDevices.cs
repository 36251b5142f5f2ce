using Rivet.Kernel;

namespace Rivet.Identity;

/// <summary>The devices of people.</summary>
public interface IDevices
{
    /// <summary>A person's devices, also signed-out ones, oldest first.</summary>
    /// <param name="permit">For <see cref="IdentityPermissions.DeviceRead"/> on that person.</param>
    /// <param name="ct">Withdraws the question.</param>
    ValueTask<Result<IReadOnlyList<DeviceEntry>, IdentityRefusal>> ListAsync(Permit permit, CancellationToken ct);

    /// <summary>
    /// Signs a device out. From the commit on its key is refused, its live connection and the pages it opened are
    /// closed. Signing out a device that is signed out changes nothing.
    /// </summary>
    /// <param name="permit">For <see cref="IdentityPermissions.DeviceSignOut"/> on that device.</param>
    /// <param name="ct">Withdraws the request; what is committed is carried through.</param>
    Task<Result<Done, IdentityRefusal>> SignOutAsync(Permit permit, CancellationToken ct);
}

/// <summary>A device as its owner and administrators see it.</summary>
public sealed record DeviceEntry
{
    /// <summary>Which device.</summary>
    public required DeviceId Id { get; init; }

    /// <summary>Whose.</summary>
    public required PersonId Person { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>When it joined.</summary>
    public required DateTimeOffset EnrolledAt { get; init; }

    /// <summary>When it was last connected, to about a minute.</summary>
    public required DateTimeOffset LastSeenAt { get; init; }

    /// <summary>Whether it is connected to this server process now.</summary>
    public required bool IsOnline { get; init; }

    /// <summary>Whether it was signed out, for good.</summary>
    public required bool IsSignedOut { get; init; }

    /// <summary>Its Ed25519 identity key, 32 bytes; a public value.</summary>
    public required ReadOnlyMemory<byte> IdentityKey { get; init; }
}
