namespace Rivet.Certificates;

/// <summary>Is told of what a security log should know; implemented by whoever composes the server.</summary>
public interface ICertificateObserver
{
    /// <summary>Another certificate is served, or a renewal was refused. Must not throw for long: the next beat waits.</summary>
    ValueTask ChangedAsync(CertificateChange change, CancellationToken ct);
}

/// <summary>A change of what is served, or a refused one.</summary>
/// <param name="Served">What is served now.</param>
/// <param name="Refusal">Why it is not another; null when it was changed.</param>
public sealed record CertificateChange(CertificateFacts Served, CertificateRefusal? Refusal);
