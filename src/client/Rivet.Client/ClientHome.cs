using Rivet.Container;

namespace Rivet.Client;

/// <summary>A home folder and how to open it.</summary>
public sealed record ClientHome
{
    /// <summary>Where the container lies.</summary>
    public required ContainerPlace Place { get; init; }

    /// <summary>Protects the container's key; null: a key file does. Stays the caller's.</summary>
    public Passphrase? Passphrase { get; init; }
}

/// <summary>How a new device introduces itself.</summary>
/// <param name="PersonName">The person's name; ignored where the invitation already names a person.</param>
/// <param name="DeviceName">The device's name, as its person will read it.</param>
/// <param name="CompanyName">Only with the administrator code: founds the company. Else empty.</param>
public sealed record JoinDetails(string PersonName, string DeviceName, string CompanyName);
