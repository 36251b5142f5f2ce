using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Rivet.Testing;

namespace Rivet.Audit.Tests.Exporting;

/// <summary>Syslog as others receive it.</summary>
public sealed class ExportSyslogTests : IAsyncLifetime
{
    private ExportWorld world = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => world = await ExportWorld.StartAsync();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task RunOnce_Rsyslog_UnderstandsEveryField()
    {
        await using var rsyslog = new RsyslogServer();
        await rsyslog.StartAsync(Ct);
        await world.Host.RecordAsync(world.Host.Event(world.Company) with { Details = new Dictionary<string, string> { ["a"] = "=1+1\r\n<0>1 - - - - - - second ]\"\\\0\u2028" } });
        await world.AddAsync(Form(rsyslog));
        Assert.Equal(3, await world.RunAsync());
        await rsyslog.StopAsync(Ct);
        var line = rsyslog.Lines()[0];
        Assert.Equal(("109", "rivet", "identity.device.enrolled"), (line.Priority, line.Application, line.Kind));
        Assert.Equal("=1+1\r\n<0>1 - - - - - - second ]\"\\\0\u2028", line.Json.GetProperty("unmapped").GetProperty("a").GetString());
        var origin = (await world.Host.Identity.OfAsync(world.Company, Ct)).Note.Name;
        Assert.Equal($"[rivet@32473 id=\"{line.Uid}\" log=\"{origin}\"]", line.Data);
        Assert.Equal([0L, 1L, 2L], rsyslog.Lines().Select(one => one.Sequence));
    }

    [Fact]
    public async Task RunOnce_RsyslogRestartedInTheMiddle_HasEveryEventInOrder()
    {
        await using var rsyslog = new RsyslogServer();
        await rsyslog.StartAsync(Ct);
        await world.RecordAsync(3000);
        await world.AddAsync(Form(rsyslog));
        var run = world.RunAsync();
        while (rsyslog.Written == 0 && !run.IsCompleted)
        {
            await Task.Yield();
        }

        await rsyslog.StopAsync(Ct);
        await run;
        Assert.True((await world.ListedAsync()).Behind > 0, "it was to be stopped in the middle");
        await world.RecordAsync(10);
        await rsyslog.StartAsync(Ct);
        world.Host.Time.Advance(TimeSpan.FromMinutes(5));
        await world.RunAsync();
        Assert.Equal((0L, null), ((await world.ListedAsync()).Behind, (await world.ListedAsync()).FailingSince));
        await rsyslog.StopAsync(Ct);
        var size = (await world.Host.StoredAsync(world.Company)).Row.Size;
        Assert.Equal(Enumerable.Range(0, (int)size).Select(at => (long)at), rsyslog.Lines().DistinctBy(line => line.Uid).Select(line => line.Sequence));
    }

    [Fact]
    public async Task RunOnce_ServerThatDropsItUnread_GetsItAgain()
    {
        using var certificate = new ReceiverCertificate();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var form = new AuditExportForm { Kind = ExportKind.Syslog, Address = $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", Certificate = certificate.Fingerprint };
        await world.RecordAsync(200);
        await world.AddAsync(form);
        var dropped = ServeAsync(listener, certificate, reads: false);
        Assert.Equal(0, await world.RunAsync());
        Assert.Empty(await dropped);
        Assert.Equal(202, (await world.ListedAsync()).Behind);
        world.Host.Time.Advance(TimeSpan.FromSeconds(5));
        var served = ServeAsync(listener, certificate, reads: true);
        Assert.Equal(202, await world.RunAsync());
        Assert.Equal(202, SyslogReader.ReadAll(await served).Count);
    }

    [Fact]
    public async Task RunOnce_ServerGoneAfterABatch_GetsTheLastBatchAgain()
    {
        using var certificate = new ReceiverCertificate();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await world.RecordAsync(300);
        await world.AddAsync(new AuditExportForm { Kind = ExportKind.Syslog, Address = $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", Certificate = certificate.Fingerprint });
        var first = ServeAsync(listener, certificate, reads: true);
        var run = world.RunAsync();
        Assert.Equal(256, SyslogReader.ReadAll(await first).Count);
        await ServeAsync(listener, certificate, reads: false);
        Assert.Equal(256, await run);
        Assert.Equal(302, (await world.ListedAsync()).Behind);
        world.Host.Time.Advance(TimeSpan.FromSeconds(5));
        run = world.RunAsync();
        var again = SyslogReader.ReadAll(await ServeAsync(listener, certificate, reads: true));
        var rest = SyslogReader.ReadAll(await ServeAsync(listener, certificate, reads: true));
        await run;
        Assert.Equal(Enumerable.Range(0, 302).Select(at => (long)at), again.Concat(rest).Select(message => message.Json.GetProperty("metadata").GetProperty("sequence").GetInt64()));
        Assert.Equal((0L, null), ((await world.ListedAsync()).Behind, (await world.ListedAsync()).FailingSince));
    }

    [Fact]
    public async Task RunOnce_ServerThatNeverSpeaks_EndsAfterItsTime()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await world.AddAsync(new AuditExportForm { Kind = ExportKind.Syslog, Address = $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}" });
        var run = world.RunAsync();
        using var held = await listener.AcceptTcpClientAsync(Ct);
        world.Host.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(0, await run);
        Assert.NotEqual(ExportStep.Sent, (await world.ListedAsync()).Step);
    }

    [Fact]
    public async Task RunOnce_CertificateOfNoAuthority_IsToldNothing()
    {
        using var certificate = new ReceiverCertificate();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await world.AddAsync(new AuditExportForm { Kind = ExportKind.Syslog, Address = $"localhost:{((IPEndPoint)listener.LocalEndpoint).Port}" });
        var served = ServeAsync(listener, certificate, reads: true);
        Assert.Equal(0, await world.RunAsync());
        Assert.Empty(await served);
        Assert.Equal(ExportStep.Trust, (await world.ListedAsync()).Step);
    }

    /// <summary>One connection: reads to its end, or hangs up with everything unread.</summary>
    private static async Task<byte[]> ServeAsync(TcpListener listener, ReceiverCertificate certificate, bool reads)
    {
        using var client = await listener.AcceptTcpClientAsync(Ct);
        await using var stream = new SslStream(client.GetStream());
        using var heard = new MemoryStream();
        try
        {
            await stream.AuthenticateAsServerAsync(certificate.Certificate);
            if (reads)
            {
                await stream.CopyToAsync(heard, Ct);
            }
            else
            {
                // As a process that is killed: no end in order, only a reset.
                client.LingerState = new LingerOption(true, 0);
                client.Client.Close();
            }
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The client hung up.
        }

        return heard.ToArray();
    }

    private static AuditExportForm Form(RsyslogServer rsyslog)
        => new() { Kind = ExportKind.Syslog, Address = $"localhost:{rsyslog.Port}", Certificate = rsyslog.Fingerprint };
}
