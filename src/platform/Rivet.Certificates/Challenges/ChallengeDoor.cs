namespace Rivet.Certificates.Challenges;

/// <summary>Where an ACME server comes to see the proof; open for one order, shut by disposing it.</summary>
internal abstract class ChallengeDoor : IAsyncDisposable
{
    /// <summary>The challenge's type in the protocol.</summary>
    public abstract string Type { get; }

    /// <summary>Shows a proof until the door is shut; null when it can be seen.</summary>
    /// <param name="name">The name that is proven.</param>
    /// <param name="token">The challenge's token, base64url.</param>
    /// <param name="authorization">The key authorization.</param>
    /// <param name="ct">Withdraws it.</param>
    public abstract ValueTask<CertificateRefusal?> ShowAsync(string name, string token, string authorization, CancellationToken ct);

    public abstract ValueTask DisposeAsync();
}
