using System.Collections.Immutable;
using System.Net.Security;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace Rivet.Certificates.Challenges;

/// <summary>
/// TLS-ALPN-01 (RFC 8737): on the server's own port, a connection that offers <c>acme-tls/1</c> and nothing else, for a
/// name that is being proven, is shown the proof. While nothing is proven no connection is looked at.
/// </summary>
internal sealed class TlsAlpnDoor(TlsAlpnPort port, TimeProvider time) : ChallengeDoor
{
    public override string Type => "tls-alpn-01";

    public override ValueTask<CertificateRefusal?> ShowAsync(string name, string token, string authorization, CancellationToken ct)
    {
        port.Show(name, ChallengeCertificate.Create(name, authorization, time.GetUtcNow()));
        return new((CertificateRefusal?)null);
    }

    public override ValueTask DisposeAsync()
    {
        port.Clear();
        return default;
    }
}

/// <summary>The part of the port that stands ahead of its TLS.</summary>
internal sealed class TlsAlpnPort(TimeProvider time)
{
    public static readonly SslApplicationProtocol Acme = new(Encoding.ASCII.GetBytes("acme-tls/1"));
    private static readonly TimeSpan HelloLimit = TimeSpan.FromSeconds(10);
    private ImmutableDictionary<string, SslStreamCertificateContext> shown = ImmutableDictionary.Create<string, SslStreamCertificateContext>(StringComparer.OrdinalIgnoreCase);

    public void Show(string name, SslStreamCertificateContext proof) => ImmutableInterlocked.Update(ref shown, (all, one) => all.SetItem(one.name, one.proof), (name, proof));

    public void Clear() => Volatile.Write(ref shown, shown.Clear());

    /// <summary>
    /// Looks at a connection's ClientHello without taking it. One that wants a proof which is shown here gets an
    /// <see cref="SslServerAuthenticationOptions"/> as a feature, with the certificate and the protocol to answer by.
    /// </summary>
    public ConnectionDelegate Ahead(ConnectionDelegate next) => connection => Volatile.Read(ref shown).IsEmpty ? next(connection) : LookAsync(next, connection);

    private async Task LookAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        using var limit = new CancellationTokenSource(HelloLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, connection.ConnectionClosed);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(either.Token);
                var hello = ClientHello.Read(read.Buffer, out var needsMore);
                if (needsMore && !read.IsCompleted)
                {
                    input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                    continue;
                }

                input.AdvanceTo(read.Buffer.Start);
                if (hello is { Protocols: [var only], ServerName: { } name } && only.AsSpan().SequenceEqual(Acme.Protocol.Span)
                    && Volatile.Read(ref shown).TryGetValue(name, out var proof))
                {
                    connection.Features.Set(new SslServerAuthenticationOptions { ServerCertificateContext = proof, ApplicationProtocols = [Acme] });
                }

                break;
            }
        }
        catch (OperationCanceledException)
        {
            return; // it said nothing for too long, or went away
        }

        await next(connection);
    }
}
