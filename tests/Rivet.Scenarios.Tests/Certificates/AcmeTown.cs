using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Certificates;

/// <summary>One server, one company and one pebble, shared by the tests of a class: each leaves them fit for the next.</summary>
public sealed class AcmeTown : IAsyncLifetime
{
    private Company? company;
    private PebbleProcess? pebble;

    internal TempFolder Folder { get; } = new();

    internal ServerProcess Server { get; private set; } = null!;

    internal Company Company => company!;

    internal PebbleProcess Pebble => pebble!;

    public async ValueTask InitializeAsync()
    {
        Server = ServerProcess.Start(Folder);
        pebble = await PebbleProcess.StartAsync(Folder, Server.Port);
        company = await Company.FoundAsync(Server);
    }

    public async ValueTask DisposeAsync()
    {
        if (company is not null)
        {
            await company.DisposeAsync();
        }

        pebble?.Dispose();
        Server.Dispose();
        Folder.Dispose();
    }

    /// <summary><c>rivet certificate …</c> over this server's folders.</summary>
    internal Task<ProgramEnd> CertificateAsync(params string[] words) => CertificateAsync(Server, words);

    internal static Task<ProgramEnd> CertificateAsync(ServerProcess server, params string[] words)
        => Programs.RunAsync(
            Built.Program("Rivet.Server", "Rivet.Server"), ["certificate", .. words, "--data", server.DataFolder, "--keys", server.KeysFolder], null, Rivet.Scenarios.Tests.Company.Ct);

    /// <summary>Asks pebble for a certificate by the command.</summary>
    internal Task<ProgramEnd> UseAsync(PebbleProcess from, string challenge, int? httpPort = null) => CertificateAsync(
        "use", "--acme", from.Directory, "--acme-roots", from.RootsFile, "--name", "localhost", "--agree-to-terms", "--contact", "ops@example.org",
        "--challenge", challenge, "--http-port", (httpPort ?? from.HttpPort).ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>What a browser that trusts so is shown, and accepts.</summary>
    internal static async Task<X509Certificate2> BrowseAsync(ServerProcess server, X509ChainPolicy trust)
    {
        using var socket = new TcpClient("127.0.0.1", server.Port);
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = trust, ApplicationProtocols = [SslApplicationProtocol.Http2] }, Rivet.Scenarios.Tests.Company.Ct);
        return new X509Certificate2(tls.RemoteCertificate!);
    }

    /// <summary>What anybody is shown.</summary>
    internal static async Task<X509Certificate2> LookAsync(ServerProcess server)
    {
        using var socket = new TcpClient("127.0.0.1", server.Port);
        await using var tls = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, Rivet.Scenarios.Tests.Company.Ct);
        return new X509Certificate2(tls.RemoteCertificate!);
    }
}
