using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Rivet.Certificates;
using Rivet.Server.Doctor.Checks;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Doctor;

/// <summary>What only a running server shows: who answers, for whom it listens, where connections come from, its certificate.</summary>
public sealed class RunningCheckTests
{
    [Fact]
    public async Task Port_OursOthersFreeAndTaken()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        using var strangers = new TempFolder();
        using var stranger = ServerProcess.Start(strangers);
        var check = new PortAnswers();

        Assert.Equal("Passing Ours", await Ward.LookAsync(check, Ward.Patient(folder, server)));
        Assert.Equal("Failing Other", await Ward.LookAsync(check, At(Ward.Patient(folder, server), stranger.Port)));
        Assert.Equal("Failing Nobody", await Ward.LookAsync(check, At(Ward.Patient(folder, server), FreePort())));

        server.Stop();
        Assert.Null(Rivet.Server.Doctor.RunningServer.Find(server.DataFolder, new Rivet.Server.Doctor.Machine()));
        Assert.Equal("Passing Free", await Ward.LookAsync(check, At(Ward.Patient(folder), FreePort())));
        using var plain = new TcpListener(IPAddress.Loopback, 0);
        plain.Start();
        _ = plain.AcceptTcpClientAsync(Company.Ct).AsTask().ContinueWith(
            came => came.Result.GetStream().WriteAsync("220 mail.example.org ESMTP\r\n"u8.ToArray(), Company.Ct).AsTask(), Company.Ct, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        Assert.Equal("Failing Taken", await Ward.LookAsync(check, At(Ward.Patient(folder), ((IPEndPoint)plain.LocalEndpoint).Port)));

        static Server.Doctor.Patient At(Server.Doctor.Patient patient, int port) => patient with { Options = patient.Options with { Port = port } };
    }

    [Fact]
    public async Task HostsReach_PublicNameOnLoopbackOnly_Fails()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        Assert.Equal("Passing Local", await Ward.LookAsync(new HostsReach(), Ward.Patient(folder, server)));
        Assert.Equal("Failing LoopbackOnly", await Ward.LookAsync(new HostsReach(), Ward.Patient(folder, server, ["chat.example.test"])));

        server.Stop();
        Assert.Equal("NotProven NotSeen", await Ward.LookAsync(new HostsReach(), Ward.Patient(folder, port: server.Port)));
        server.StartAgain("--host", "chat.example.test");
        Assert.Equal("Passing Reachable", await Ward.LookAsync(new HostsReach(), Ward.Patient(folder, server)));
    }

    [Fact]
    public async Task Proxy_OneAddressOrMany_AgainstTheFlag()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder, "--host", "chat.example.test");
        var direct = Ward.Patient(folder, server);
        var behind = direct with { Options = direct.Options with { BehindProxy = true } };
        var check = new ProxyAddresses();
        Assert.Equal("NotProven TooFew", await Ward.LookAsync(check, direct));

        var clients = new List<TcpClient>();
        try
        {
            await ComeAsync("127.0.0.1", ProxyAddresses.ManyConnections);
            Assert.Equal("Attention OneAddress", await Ward.LookAsync(check, direct));
            Assert.Equal("Passing Proxy", await Ward.LookAsync(check, behind));

            await ComeAsync("127.0.0.2", 1);
            await ComeAsync("127.0.0.3", 1);
            Assert.Equal("Passing Direct", await Ward.LookAsync(check, direct));
            Assert.Equal("Attention ManyAddresses", await Ward.LookAsync(check, behind));
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }

        async Task ComeAsync(string from, int count)
        {
            for (var i = 0; i < count; i++)
            {
                var client = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
                clients.Add(client);
                await client.ConnectAsync(IPAddress.Loopback, server.Port, Company.Ct);
            }
        }
    }

    [Theory]
    [InlineData(-100, "Failing Ended")]
    [InlineData(-80, "Attention Soon")]
    [InlineData(0, "Passing Lasts")]
    public async Task Certificate_EndedSoonOrLasting(int begunDays, string expected)
    {
        using var folder = new TempFolder();
        var then = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(begunDays));
        Assert.True(new CertificateDesk(folder["keys/certificates"], then).Import(Make(then.GetUtcNow()), default, null, "localhost").IsOk);
        using var server = ServerProcess.Start(folder);

        Assert.Equal(expected, await Ward.LookAsync(new CertificateLasts(), Ward.Patient(folder, server)));
        Assert.Equal("Passing Same", await Ward.LookAsync(new CertificateNames(), Ward.Patient(folder, server)));
        Assert.Equal("Failing Other", await Ward.LookAsync(new CertificateNames(), Ward.Patient(folder, server, ["chat.example.test"])));
    }

    [Fact]
    public async Task Announcement_OfAProcess_InAReadableFile_Fails()
    {
        using var folder = new TempFolder();
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_101_101);
        using var process = Ward.Sleep($"exec 3>&1 1>{folder["said"]}; chmod 644 {folder["said"]}; echo ready >&3");
        try
        {
            var patient = Ward.Patient(folder, running: new Server.Doctor.RunningServer(process.Id, []));
            Assert.Equal("Failing Open", await Ward.LookAsync(new AnnouncementPlace(), patient));
            File.SetUnixFileMode(folder["said"], (UnixFileMode)0b110_000_000);
            Assert.Equal("Passing Private", await Ward.LookAsync(new AnnouncementPlace(), patient));
        }
        finally
        {
            process.Kill();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static byte[] Make(DateTimeOffset begin)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(begin.AddDays(-1), begin.AddDays(90));
        return Encoding.ASCII.GetBytes($"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
    }
}
