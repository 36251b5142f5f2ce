using Rivet.Container;

namespace Rivet.Client.Native;

/// <summary>A home folder and how to open it.</summary>
public sealed record ClientHome
{
    /// <summary>Where the container lies.</summary>
    public required ContainerPlace Place { get; init; }

    /// <summary>Protects the container's key; null: a key file does. Stays the caller's.</summary>
    public Passphrase? Passphrase { get; init; }
}
