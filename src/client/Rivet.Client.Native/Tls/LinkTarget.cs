using Rivet.Kernel;

namespace Rivet.Client.Native.Tls;

/// <summary>Where a server is and which identity it must prove.</summary>
/// <param name="Host">Host name or address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="ServerKey">The server's Ed25519 identity key, 32 bytes; a public value, pinned through the invitation.</param>
public sealed record LinkTarget(string Host, int Port, ReadOnlyMemory<byte> ServerKey)
{
    /// <summary>The target an invitation names.</summary>
    public static LinkTarget Of(InvitationLink invitation)
    {
        ArgumentNullException.ThrowIfNull(invitation);
        return new LinkTarget(invitation.Host, invitation.Port, invitation.ServerKey);
    }
}
