using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Certificates;

/// <summary>Pebble, Let's Encrypt's own test server, as Debian packs it: it comes and looks at the proofs, and rejects some good nonces.</summary>
internal sealed class PebbleProcess : IDisposable
{
    private const int Tries = 5;
    private const string RejectedNonces = "15";
    private readonly Process process;
    private readonly int management;
    private readonly X509Certificate2Collection roots;

    private PebbleProcess(Process process, string directory, int management, int httpPort, string rootsFile)
    {
        this.process = process;
        this.management = management;
        (Directory, HttpPort, RootsFile) = (directory, httpPort, rootsFile);
        roots = [];
        roots.ImportFromPemFile(rootsFile);
    }

    public string Directory { get; }

    /// <summary>Where it looks for answers of HTTP-01.</summary>
    public int HttpPort { get; }

    /// <summary>PEM that its own HTTPS is judged by.</summary>
    public string RootsFile { get; }

    /// <summary>Starts one that looks for answers of TLS-ALPN-01 at <paramref name="tlsPort"/>; it answers when this returns.</summary>
    public static async Task<PebbleProcess> StartAsync(TempFolder folder, int tlsPort)
    {
        var program = Programs.Require("pebble");
        var (certificate, key, config) = (folder["pebble.pem"], folder["pebble.key"], folder["pebble.json"]);
        MakeCertificate(certificate, key);
        for (var tries = 1; ; tries++)
        {
            var (port, management, http) = (FreePort(), FreePort(), FreePort());
            await File.WriteAllTextAsync(
                config,
                JsonSerializer.Serialize(new
                {
                    pebble = new
                    {
                        listenAddress = $"127.0.0.1:{port}", managementListenAddress = $"127.0.0.1:{management}", certificate, privateKey = key,
                        httpPort = http, tlsPort, certificateValidityPeriod = 7776000,
                    },
                }),
                Company.Ct);
            var start = new ProcessStartInfo(program, ["-config", config])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
                Environment = { ["PEBBLE_VA_NOSLEEP"] = "1", ["PEBBLE_WFE_NONCEREJECT"] = RejectedNonces, ["PEBBLE_AUTHZREUSE"] = "0" },
            };
            var process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            var pebble = new PebbleProcess(process, $"https://localhost:{port}/dir", management, http, certificate);
            if (await pebble.AnswersAsync())
            {
                return pebble;
            }

            // Somebody else may have taken a port since it was free.
            pebble.Dispose();
            Assert.True(tries < Tries, "pebble does not start");
        }
    }

    /// <summary>Judges as a browser would that trusts this authority and nobody else.</summary>
    public async Task<X509ChainPolicy> TrustAsync()
    {
        var root = X509Certificate2.CreateFromPem(await AskAsync($"https://localhost:{management}/roots/0"));
        return new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { root }, RevocationMode = X509RevocationMode.NoCheck };
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
    }

    private async Task<bool> AnswersAsync()
    {
        for (var deadline = Stopwatch.StartNew(); deadline.Elapsed < TimeSpan.FromSeconds(20) && !process.HasExited;)
        {
            try
            {
                await AskAsync(Directory);
                return true;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(20, Company.Ct);
            }
        }

        return false;
    }

    private async Task<string> AskAsync(string address)
    {
        using var handler = new SocketsHttpHandler
        {
            SslOptions = { CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { roots[0] }, RevocationMode = X509RevocationMode.NoCheck } },
        };
        using var http = new HttpClient(handler);
        return await http.GetStringAsync(new Uri(address), Company.Ct);
    }

    private static void MakeCertificate(string certificateFile, string keyFile)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=pebble", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(certificateFile, made.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
